"""A subject's clinical events, as the event rules read them.

docs/events.md
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class History:
    """A subject's events by kind."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._kinds: dict[str, list[Any]] = {}
        for row in rows:
            self._kinds.setdefault(row.kind, []).append(row)

    def kind(self, *kinds: str) -> list[Any]:
        """Events of these kinds."""
        return [row for kind in kinds for row in self._kinds.get(kind, ())]

    def every(self) -> list[Any]:
        """All events."""
        return self.kind(*self._kinds)

    @property
    def day_zero(self) -> int | None:
        """Day of the first infusion in which cells were given."""
        return min((row.first_day for row in self.kind("infusion") if row.flag), default=None)

    @property
    def death(self) -> Any:
        """The most exact death record."""
        return min(self.kind("death"), key=lambda row: (row.last_day - row.first_day, row.first_day), default=None)

    @property
    def contacts(self) -> list[Any]:
        """Evidence of life from anything but a death record."""
        return [row for row in self.kind("alive") if row.category != "death"]
