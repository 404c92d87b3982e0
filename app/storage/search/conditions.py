"""Criteria as SQL: each a look into the index by resource and parameter, or by parameter and value.

https://www.sqlite.org/queryplanner.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from app.endpoints.event import FOREVER
from app.storage.search.begins import begins
from app.storage.search.criteria import Bound, Chain, Criterion, Has, Ids, Match, Missing, Together, Values, Written
from app.storage.tables import RESOURCE, SEARCH_INDEX
from app.storage.visibility import Caller, visible

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MINUTE = 60_000.0


class View:
    """What one question may see: the resources that count at `seq`, of those that the caller may see."""

    def __init__(self, seq: int, caller: Caller) -> None:
        self.seq = seq
        self.caller = caller

    def shows(self, resource: Any, type_: Any) -> ColumnElement[bool]:
        """The condition that a row of RESOURCE is of this type, counts, is not a deletion and may be seen.

        type_: a name, or the column that has it.
        """
        counts = (resource.c.seq_from <= self.seq, resource.c.seq_to > self.seq, resource.c.deleted == 0)
        return and_(resource.c.type == type_, *counts, visible(resource, self.caller))

    def fits(self, resource: Any, criteria: Iterable[Criterion]) -> ColumnElement[bool]:
        """The condition that a row of RESOURCE meets all criteria."""
        return and_(True, *(self._condition(resource, criterion) for criterion in criteria))

    def _condition(self, resource: Any, criterion: Criterion) -> ColumnElement[bool]:
        match criterion:
            case Values():
                found = _has_value(resource, criterion.numbers, or_(False, *ways_of(SEARCH_INDEX, criterion)))
                return ~found if criterion.negated else found
            case Together():
                return or_(False, *(_together(resource, *way) for way in criterion.ways))
            case Missing():
                there = _has_value(resource, criterion.numbers)
                return ~there if criterion.missing else there
            case Chain():
                return self._chain(resource, criterion)
            case Has():
                return self._referred(resource, criterion)
            case Ids():
                among: ColumnElement[bool] = resource.c.resource_id.in_(criterion.ids)
                return ~among if criterion.negated else among
            case Written():
                return or_(False, *(written(resource, *span) for span in criterion.ranges))

    def _chain(self, resource: Any, chain: Chain) -> ColumnElement[bool]:
        """Some reference leads to a resource that may be seen and fits."""
        ways = []
        for type_ in chain.types:
            target, link = RESOURCE.alias(), SEARCH_INDEX.alias()
            own = (link.c.resource == resource.c.id, _of(link, chain.numbers), link.c.system == type_)
            meets = (target.c.resource_id == link.c.text, self.shows(target, type_), self.fits(target, chain.criteria))
            ways.append(looked_up((link, target), (*own, *meets), resource))
        return or_(False, *ways)

    def _referred(self, resource: Any, has: Has) -> ColumnElement[bool]:
        """Some resource that may be seen and fits refers to this one."""
        source, link = RESOURCE.alias(), SEARCH_INDEX.alias()
        refers = (_of(link, has.numbers), link.c.text == resource.c.resource_id, link.c.system == resource.c.type)
        meets = (source.c.id == link.c.resource, self.shows(source, has.type), self.fits(source, has.criteria))
        return looked_up((link, source), (*refers, *meets), resource)


def looked_up(rows: tuple[Any, ...], conditions: Iterable[ColumnElement[bool]], of: Any) -> ColumnElement[bool]:
    """The condition that there is such a row. It is looked up for each row of `of`: PostgreSQL would otherwise join all
    that there are, and an offset keeps it from that.
    """
    return exists(select(1).select_from(*rows).where(*conditions).limit(1).offset(0).correlate(of))


def _of(index: Any, numbers: tuple[int, ...]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = (
        index.c.parameter == numbers[0] if len(numbers) == 1 else index.c.parameter.in_(numbers)
    )
    return condition


def _has_value(resource: Any, numbers: tuple[int, ...], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    index = SEARCH_INDEX
    own = (index.c.resource == resource.c.id, _of(index, numbers), *conditions)
    return looked_up((index,), own, resource)


def _together(resource: Any, one: Values, other: Values) -> ColumnElement[bool]:
    """Both in the same part of the resource."""
    first, second = SEARCH_INDEX.alias(), SEARCH_INDEX.alias()
    own = (first.c.resource == resource.c.id, _of(first, one.numbers), or_(False, *ways_of(first, one)))
    beside = (second.c.resource == resource.c.id, second.c.part == first.c.part, _of(second, other.numbers))
    return looked_up((first, second), (*own, *beside, or_(False, *ways_of(second, other))), resource)


def ways_of(index: Any, values: Values) -> list[ColumnElement[bool]]:
    """Each way in which a row of the index fits."""
    return [matches(index, match) for match in values.matches]


def matches(index: Any, match: Match) -> ColumnElement[bool]:
    """The condition that a row of the index fits in this way."""
    conditions = [_bound(index, bound, match.utc) for bound in match.bounds]
    if match.text is not None:
        conditions.append(index.c.text == match.text)
    if match.system is not None:
        conditions.append(index.c.system == match.system if match.system else index.c.system.is_(None))
    if match.words is not None:
        conditions.append(_words(index, *match.words))
    return and_(True, *conditions)


def _bound(index: Any, bound: Bound, utc: bool) -> ColumnElement[bool]:
    stored = index.c[bound.side]
    value = stored - index.c.shift * _MINUTE if utc else stored
    condition: ColumnElement[bool] = _SIGNS[bound.sign](value, bound.value)
    return condition


def _words(index: Any, column: str, how: str, words: str) -> ColumnElement[bool]:
    stored = index.c[column]
    condition: ColumnElement[bool]
    if how == "contains":
        condition = stored.contains(words, autoescape=True) if words else false()
    elif how == "begins":
        condition = begins(stored, words)
    else:
        condition = stored == words
    return condition


def written(resource: Any, first: str | None, end: str | None) -> ColumnElement[bool]:
    """Row ids rise with time, so a time is also a place among them: what lies beyond is not looked at."""
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions += [resource.c.updated >= first, resource.c.id >= func.coalesce(first_since(first), FOREVER)]
    if end is not None:
        conditions += [resource.c.updated < end, resource.c.id < func.coalesce(first_since(end), FOREVER)]
    return and_(True, *conditions)


def recent(index: Any, criteria: Iterable[Criterion]) -> list[ColumnElement[bool]]:
    """The conditions on a row of the index that its version is not older than asked for."""
    found = []
    for criterion in criteria:
        firsts = [first for first, _ in criterion.ranges] if isinstance(criterion, Written) else []
        known = [first for first in firsts if first is not None]
        if known and len(known) == len(firsts):
            found.append(index.c.resource >= func.coalesce(first_since(min(known)), FOREVER))
    return found


def first_since(instant: str) -> Any:
    """The first row id that was written at an instant or later, as a scalar; NULL where there is none."""
    other = RESOURCE.alias()
    ordered = select(other.c.id).where(other.c.updated >= instant).order_by(other.c.updated, other.c.id)
    return ordered.limit(1).scalar_subquery()
