"""The parameters that say how an estimate is wanted.

docs/endpoints.md
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from fastapi import Depends, Query

from app.endpoints.estimate import ConfType, ProportionMethod
from app.services.derivation.derivation import Wanted

_STRATUM = r"^\P{Cc}+$"
_LONGEST = 36_525  # a hundred years in days: nobody is followed for longer

GroupBy = Annotated[
    str | None, Query(max_length=200, pattern=_STRATUM, description="site, baseline_status or a recorded stratum")
]
StratifyBy = Annotated[
    str | None, Query(max_length=200, pattern=_STRATUM, description="stratum within which the groups are compared")
]
Interval = Annotated[ConfType | None, Query(description="interval of a curve; default: that of the definition")]
Level = Annotated[float | None, Query(gt=0, lt=1, description="confidence level")]
At = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{1,5}(,[0-9]{1,5}){0,49}$", description="landmarks in days in place of the definition's"),
]
Tau = Annotated[int | None, Query(ge=1, le=_LONGEST, description="horizon of the restricted mean in days")]
Rho = Annotated[int | None, Query(ge=0, le=1, description="weight of the test: 0 log-rank, 1 Peto-Peto")]
Curve = Annotated[bool, Query(description="add the step function")]
Share = Annotated[ProportionMethod | None, Query(description="interval of a share; default: clopper-pearson")]


@dataclass(frozen=True)
class Estimating:
    """How the estimate is wanted, as the query string says it."""

    group_by: GroupBy = None
    conf_type: Interval = None
    curve: Curve = False
    level: Level = None
    at: At = None
    tau: Tau = None
    rho: Rho = None
    stratify_by: StratifyBy = None
    proportion_method: Share = None

    @property
    def wanted(self) -> Wanted:
        """The same in its checked form."""
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        days = None if self.at is None else tuple(map(int, self.at.split(",")))
        return Wanted(**{**given, "at": days})


EstimatingDep = Annotated[Estimating, Depends()]
ESTIMATING = tuple(item.name for item in fields(Estimating))
