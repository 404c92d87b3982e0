"""The parameters that every question about endpoints takes, in one place for all its routes.

docs/adr/0003-as-of-and-cutoff.md; docs/cuts.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy import Connection

from app.api.dependencies import known_parameters
from app.services import asking
from app.services.asking import Axes
from app.services.derivation.question import Question

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
LARGEST_VERSION = 2**31 - 1

Analysis = Annotated[str, Query(max_length=64, description="`primary` or a named alternative")]
Cutoff = Annotated[str | None, Query(description="last day that counts, YYYY-MM-DD; inclusive")]
AsOf = Annotated[str | None, Query(description="what had been received by then: date-time with offset, or seq")]
CutName = Annotated[
    str | None,
    Query(pattern=NAME, description="a data cut, in place of `cutoff`, `as_of` and `definition_version`"),
]
DefinitionVersion = Annotated[
    int | None, Query(ge=1, le=LARGEST_VERSION, description="of the study's definition; absent: the study's own")
]


@dataclass(frozen=True)
class Asked:
    """What is asked of an endpoint, as the query string says it."""

    cutoff: Cutoff = None
    as_of: AsOf = None
    cut: CutName = None
    definition_version: DefinitionVersion = None
    analysis: Analysis = "primary"

    @property
    def axes(self) -> Axes:
        """What the answer depends on."""
        return Axes(self.cutoff, self.as_of, self.cut, self.definition_version)

    def question(self, connection: Connection, study: str, endpoint: str, subject: int | None = None) -> Question:
        """The question in its checked form. Faults name the parameter."""
        return asking.ask(connection, study, endpoint, analysis=self.analysis, axes=self.axes, subject=subject)


AskedDep = Annotated[Asked, Depends()]


def asked_parameters(*more: str) -> Any:
    """A dependency that refuses query parameters other than those of `Asked` and `more`."""
    return known_parameters(*Asked.__dataclass_fields__, *more)
