"""A stretch of the index: rows whose dates or quantities lie between two values, walked from one end to the other.

https://use-the-index-luke.com/sql/partial-results/fetch-next-page
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from app.storage.search.conditions import View, looked_up, matches, recent
from app.storage.search.criteria import Criterion, Match, Values
from app.storage.tables import RESOURCE, SEARCH_INDEX

# The row of the index that a search begins with; one object, for to make one costs as much as to find a row.
LED = SEARCH_INDEX.alias("led")
# No clock is farther from UTC than 14 hours.
_FARTHEST = 14 * 3_600_000.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of one parameter in the order of a column (low or high), from `first` to `last`, those that fit in one of
    these ways; without ways all of them.
    """

    number: int
    column: str
    first: float = -inf
    last: float = inf
    ways: tuple[Match, ...] = ()
    descending: bool = False

    @property
    def closed(self) -> bool:
        """Whether it ends on both sides."""
        return -inf < self.first and self.last < inf

    def on(self, index: Any) -> list[ColumnElement[bool]]:
        """The conditions that a row of the index lies on it and fits."""
        column = index.c[self.column]
        found = [index.c.parameter == self.number, column.is_not(None)]
        found += [column >= self.first] if self.first > -inf else []
        found += [column <= self.last] if self.last < inf else []
        return [*found, or_(*(matches(index, way) for way in self.ways))] if self.ways else found


def stretch(values: Values) -> Stretch | None:
    """Where the rows that fit must lie; None where that may be anywhere, or is no question of dates or numbers."""
    bounded = bool(values.matches) and all(match.bounds for match in values.matches)
    if values.negated or len(values.numbers) != 1 or not bounded:
        return None
    ends = [_ends(match) for match in values.matches]
    low = min(end[0] for end in ends), max(end[1] for end in ends)
    high = min(end[2] for end in ends), max(end[3] for end in ends)
    column, (first, last) = ("high", high) if low[0] == -inf and high[0] > -inf else ("low", low)
    if (first, last) == (-inf, inf):
        return None
    return Stretch(values.numbers[0], column, first, last, values.matches)


def _ends(match: Match) -> tuple[float, float, float, float]:
    """Between which values low lies, and between which high: an interval ends after it begins."""
    slack = _FARTHEST if match.utc else 0.0
    above, below = {"low": -inf, "high": -inf}, {"low": inf, "high": inf}
    for bound in match.bounds:
        if bound.sign[0] == ">":
            above[bound.side] = max(above[bound.side], bound.value - slack)
        else:
            below[bound.side] = min(below[bound.side], bound.value + slack)
    return above["low"], min(below.values()), max(above.values()), below["high"]


def first_value(connection: Connection, stretch: Stretch, resource: int) -> float | None:
    """Where a resource stands on it: its first value; None where it has none."""
    column = SEARCH_INDEX.c[stretch.column]
    first = func.max(column) if stretch.descending else func.min(column)
    statement = select(first).where(SEARCH_INDEX.c.resource == resource, *stretch.on(SEARCH_INDEX))
    found: float | None = connection.execute(statement).scalar_one()
    return found


def walked(
    view: View, type_: str, stretch: Stretch, others: tuple[Criterion, ...], after: tuple[float, int] | None
) -> Select[Any]:
    """Row ids of the resources on it that meet the other criteria, each at its first value. after: value and row id."""
    led = LED
    column = led.c[stretch.column]
    conditions = [*stretch.on(led), *recent(led, others), ~_earlier(led, stretch)]
    if after is not None:
        place = tuple_(column, led.c.resource)
        conditions.append(place < tuple_(*after) if stretch.descending else place > tuple_(*after))
    conditions += [RESOURCE.c.id == led.c.resource, view.shows(RESOURCE, type_), view.fits(RESOURCE, others)]
    order = [column.desc(), led.c.resource.desc()] if stretch.descending else [column, led.c.resource]
    return select(led.c.resource).where(*conditions).order_by(*order)


def _earlier(led: Any, stretch: Stretch) -> ColumnElement[bool]:
    """The resource had its turn at another of its values."""
    other = SEARCH_INDEX.alias()
    mine, its = led.c[stretch.column], other.c[stretch.column]
    before = or_(its > mine if stretch.descending else its < mine, and_(its == mine, other.c.position < led.c.position))
    own = (other.c.resource == led.c.resource, *stretch.on(other), before)
    return looked_up((other,), own, led)
