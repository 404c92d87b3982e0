"""The header of a table against the columns of a profile: what lacks, what stands twice, what nobody reads.

docs/profiles.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.errors import Category, Fault, Issue, shown_name
from app.domain.nearest import nearest
from app.interop.mapping.columns import Wanted
from app.interop.reading import Unused

UNKNOWN = shown_name("")
NOBODY = "no form of the profile reads this column"
# So many rows may stand before the header.
LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Header:
    """names: of the columns, in their order; place: where the header stands."""

    names: tuple[str, ...]
    place: str
    wanted: Wanted

    def check(self) -> None:
        """Fault MALFORMED where a column of the profile lacks, or stands twice."""
        counts = Counter(self.names)
        issues = [self._lacking(name) for name in self.wanted.needed if name not in counts]
        issues += [self._twice(name) for name in sorted(self.wanted.known) if counts[name] > 1]
        if issues:
            names = ", ".join(name for name in self.wanted.needed if name not in counts)
            detail = f"the file has no column {names}" if names else issues[0].message
            raise Fault(Category.MALFORMED, detail, tuple(issues))

    def cells(self, values: Sequence[str]) -> dict[str, str]:
        """A row's cells by name."""
        return dict(zip(self.names, values, strict=False))

    def fits(self, values: Sequence[str]) -> bool:
        """Whether a row has as many cells as the header; empty ones behind the last column do not count."""
        width = len(self.names)
        return len(values) == width or (len(values) > width and not any(values[width:]))

    def unused(self) -> Iterator[Unused]:
        """Columns that nobody reads."""
        for position, name in enumerate(self.names, start=1):
            if name not in self.wanted.known and name:
                yield Unused(f"{self.place}, column {_shown(name, position)}", NOBODY)

    def _lacking(self, name: str) -> Issue:
        """What the file has is told only where it is surely a header: a row of data could identify a patient."""
        known = bool(self.wanted.known & set(self.names))
        has = [shown_name(one) for one in self.names if known and shown_name(one) != UNKNOWN]
        meant = nearest(name, [one for one in has if one not in self.wanted.known])
        message = f"the file has no column {name}"
        return Issue("", "required", message, _list(has) or "a header with the names of the columns", self.place, meant)

    def _twice(self, name: str) -> Issue:
        return Issue("", "duplicate", f"two columns are called {name}", "one column of that name", self.place)


def _list(names: list[str]) -> str:
    return "one of the columns of the file: " + ", ".join(names) if names else ""


def _shown(name: str, position: int) -> str:
    shown = shown_name(name)
    return str(position) if shown == UNKNOWN else shown


def likeness(values: Sequence[str], wanted: Wanted) -> tuple[bool, int]:
    """How much a row looks like the header: whether it has all needed columns, and how many known ones."""
    found = {value.strip() for value in values}
    return found.issuperset(wanted.needed), len(found & wanted.known)
