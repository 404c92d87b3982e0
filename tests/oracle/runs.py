"""Engraftment of one subject by walking the days: docs/conventions.md, ASTCT consensus (PMC11161398)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.endpoints.definition import Run
from tests.oracle.anchors import End, Start, is_before
from tests.oracle.event import Event


@dataclass(frozen=True)
class Day:
    """What all values of one day say together."""

    day: int
    reached: bool
    below: bool
    transfused: bool | None
    record: str


@dataclass(frozen=True)
class Found:
    """The run: its first day, that day's lowest count, and why it is not certain."""

    day: int
    record: str
    doubt: str | None


def first_run(counts: Sequence[Event], run: Run, start: Start, end: End) -> Found | None:
    """The first run that may be one."""
    days = by_day([event for event in counts if _inside(event, start, end)], run)
    for index, first in enumerate(days):
        members = days[index : index + run.values]
        if len(members) == run.values and not any(day.below for day in members):
            doubts = _doubts(days, index, members, run)
            if "no" not in doubts:
                return Found(first.day, first.record, next(iter(doubts), None))
    return None


def _inside(event: Event, start: Start, end: End) -> bool:
    if event.first_day != event.last_day or is_before(event.first_day, event.second, start):
        return False
    return event.first_day <= end.day


def by_day(counts: Sequence[Event], run: Run) -> list[Day]:
    return [
        _day(number, [event for event in counts if event.first_day == number], run)
        for number in sorted({event.first_day for event in counts})
    ]


def _day(number: int, counts: Sequence[Event], run: Run) -> Day:
    flags = {event.flag for event in counts}
    transfused = True if 1 in flags else None if None in flags else False
    lowest = min(counts, key=lambda event: (event.value, event.record))
    reached = all(_sure(event, run) == "reached" for event in counts)
    below = any(_sure(event, run) == "below" for event in counts)
    return Day(number, reached, below, transfused, lowest.record)


def _sure(event: Event, run: Run) -> str | None:
    """What a value, perhaps only a bound, says of the threshold."""
    assert event.value is not None
    at_least = event.value >= run.at_least
    if event.status in (">", ">="):
        return "reached" if at_least else None
    if event.status == "<":
        return "below" if event.value <= run.at_least else None
    if event.status == "<=":
        return None if at_least else "below"
    return "reached" if at_least else "below"


def _doubts(days: Sequence[Day], index: int, members: Sequence[Day], run: Run) -> list[str]:
    """Why the run is none ("no"), or why it is not certain, the weightiest first."""
    platelets = run.transfusion_free_days is not None
    falls = [day.day for day in days if day.below or (platelets and day.transfused)]
    doubts = []
    if not falls:
        doubts.append("no count below the threshold is recorded before it")
    elif falls[0] >= members[0].day:
        doubts.append("no")
    if not all(day.reached for day in members):
        doubts.append("a count is known only as a bound")
    if run.transfusion_free_days is not None:
        near = [day for day in days if members[0].day - run.transfusion_free_days < day.day <= members[-1].day]
        if any(day.transfused for day in near):
            doubts.append("no")
        if any(day.transfused is None for day in near):
            doubts.append("whether platelets were transfused is not recorded")
    return doubts
