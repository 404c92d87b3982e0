"""One row of a source: named cells, and where they stand.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.domain.errors import Issue

_NOWHERE: Mapping[str, str] = MappingProxyType({})


class Typed(str):
    """A number that its source holds as a number: written with a point, whatever the profile's decimal mark."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Row:
    """place: as a person finds it, e.g. `line 15`; text: what stands there, for quarantine; kind: the sheet, or the
    segment of HL7 v2; places: of cells that are not to be found as a column of the row, by name; issues: why the row
    cannot be read.
    """

    place: str
    text: bytes
    cells: Mapping[str, str]
    kind: str = ""
    places: Mapping[str, str] = field(default_factory=lambda: _NOWHERE)
    issues: tuple[Issue, ...] = ()

    def at(self, name: str) -> str:
        """Where a cell stands. name: as the profile writes it, so that it identifies nobody."""
        return self.places.get(name) or f"{self.place}, column {name}"
