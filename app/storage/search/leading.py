"""Where a search begins: with the criterion that the index narrows most, and then looks the others up.

https://www.sqlite.org/queryplanner.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.storage.search.conditions import View, matches, recent
from app.storage.search.criteria import Criterion, Match, Values
from app.storage.search.stretch import LED, stretch
from app.storage.tables import RESOURCE

Beyond = Callable[[Any], ColumnElement[bool]]
# Each value that a search may begin with is looked up by itself; of more the resources are looked through.
MOST_BRANCHES = 20
# Added to the rank of a parameter: many values lie in a stretch of the index, and most in one that is open.
_CLOSED, _OPEN = 0.25, 0.5


def leading(criteria: tuple[Criterion, ...]) -> Values | None:
    """The criterion that begins the search; None where none can."""
    costs = [(cost, place) for place, item in enumerate(criteria) if (cost := _cost(item)) is not None]
    if not costs:
        return None
    found = criteria[min(costs)[1]]
    assert isinstance(found, Values)  # nothing else has a cost
    return found


def _cost(criterion: Criterion) -> float | None:
    """How many resources meet it, in ranks; None where the index does not lead to them."""
    if not isinstance(criterion, Values) or criterion.negated:
        return None
    found = stretch(criterion)
    if found is not None:
        return criterion.rank + (_CLOSED if found.closed else _OPEN)
    if not 0 < len(criterion.matches) * len(criterion.numbers) <= MOST_BRANCHES:
        return None
    if all(match.text is not None for match in criterion.matches):
        return criterion.rank
    return criterion.rank + _CLOSED if all(map(_begins, criterion.matches)) else None


def _begins(match: Match) -> bool:
    """Whether a match is the text itself or what begins with a text."""
    words = match.words
    return match.text is not None or (words is not None and words[:2] == ("text", "begins") and words[2] != "")


def hopeless(criteria: tuple[Criterion, ...]) -> bool:
    """Whether nothing can meet them: a chain that no resource meets leads to no value."""
    return any(isinstance(item, Values) and not item.matches and not item.negated for item in criteria)


def without(criteria: tuple[Criterion, ...], led: Criterion | None) -> tuple[Criterion, ...]:
    """The criteria that are left to be looked up."""
    return tuple(item for item in criteria if item is not led)


def branches(
    view: View, type_: str, criteria: tuple[Criterion, ...], beyond: Beyond | None = None
) -> list[Select[Any]]:
    """Statements that together find the row ids of all: one for each value of the leading criterion, else one for the
    type. beyond: the condition on a row id, where not all are wanted.
    """
    led = leading(criteria)
    if led is None:
        return [through(view, type_, criteria, beyond)]
    others, whole = without(criteria, led), stretch(led)
    index = LED
    if whole is not None:
        ways = [whole.on(index)]
    else:
        ways = [[index.c.parameter == number, matches(index, match)] for number in led.numbers for match in led.matches]
    return [_led(view, type_, index, [*way, *recent(index, others)], others, beyond) for way in ways]


def through(view: View, type_: str, criteria: tuple[Criterion, ...], beyond: Beyond | None) -> Select[Any]:
    """The resources of the type, one by one."""
    wanted = [] if beyond is None else [beyond(RESOURCE.c.id)]
    return select(RESOURCE.c.id).where(view.shows(RESOURCE, type_), view.fits(RESOURCE, criteria), *wanted)


def _led(
    view: View, type_: str, index: Any, rows: list[Any], others: tuple[Criterion, ...], beyond: Beyond | None
) -> Select[Any]:
    """The resources that have such a row in the index. rows: the conditions on it."""
    wanted = [] if beyond is None else [beyond(index.c.resource)]
    fits = (RESOURCE.c.id == index.c.resource, view.shows(RESOURCE, type_), view.fits(RESOURCE, others))
    return select(index.c.resource).distinct().where(*rows, *wanted, *fits)
