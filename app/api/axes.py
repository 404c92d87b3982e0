"""The parameters of a question that is not about one endpoint: what its answer depends on.

docs/adr/0003-as-of-and-cutoff.md; docs/cuts.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from app.api.asked import AsOf, CutName, Cutoff, DefinitionVersion
from app.services.asking import Axes


@dataclass(frozen=True)
class AskedAxes:
    """Cut-off, moment, data cut and version of the definition, as the query string says them."""

    cutoff: Cutoff = None
    as_of: AsOf = None
    cut: CutName = None
    definition_version: DefinitionVersion = None

    @property
    def axes(self) -> Axes:
        """The same for the errands."""
        return Axes(self.cutoff, self.as_of, self.cut, self.definition_version)


AxesDep = Annotated[AskedAxes, Depends()]
AXES = tuple(AskedAxes.__dataclass_fields__)
