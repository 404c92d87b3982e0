"""Day 0, disease status at baseline, end of observation, death: what every endpoint of one subject stands on."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.endpoints.definition import Baseline, Definition, ObservationEnd
from tests.oracle.event import Event, belongs, select


@dataclass(frozen=True)
class Start:
    """When the clock of an endpoint starts."""

    day: int
    second: int | None
    record: str
    imputed: str | None = None


@dataclass(frozen=True)
class End:
    """The last day that counts; position: which of the endpoint's ends it is, or one past them for the cut-off."""

    day: int
    position: int


@dataclass(frozen=True)
class Death:
    """The death of a subject with its date imputed; day None where no day can be said."""

    event: Event
    day: int | None


def is_before(day: int, second: int | None, start: Start) -> bool:
    """On one day only two clock times can say which came first."""
    if day != start.day or second is None or start.second is None:
        return day < start.day
    return second < start.second


def wholly_before(event: Event, start: Start) -> bool:
    return event.last_day < start.day or (event.first_day == event.last_day and timed_before(event, start))


def timed_before(event: Event, start: Start) -> bool:
    return is_before(event.first_day, event.second, start)


def over_before(event: Event, start: Start) -> bool:
    """An adverse event (or GVHD) that had ended before the start is not after it."""
    return event.end_day is not None and is_before(event.end_day, event.end_second, start)


def earliest_day(event: Event, start: Start) -> int:
    """First possible day, but not before the start where the possible days reach it."""
    return start.day if event.first_day < start.day <= event.last_day else event.first_day


def day_zero(events: Sequence[Event], definition: Definition, cutoff: int) -> Start | None:
    """The first infusion, in the population of the cut-off."""
    given = [event for event in select(events, definition, definition.day_zero) if event.first_day <= cutoff]
    if not given:
        return None
    first = min(given, key=lambda event: (event.first_day, event.second is None, event.second or 0, event.record))
    return Start(first.first_day, first.second, first.record)


def baseline_refusal(
    events: Sequence[Event], definition: Definition, rule: Baseline, zero: Start
) -> tuple[str | None, str | None]:
    """(the last disease status on or before day 0, why it keeps the subject out of the population).

    The same day is baseline unless two clock times say otherwise; statuses of one moment must agree on the requirement.
    """
    known = [event for event in select(events, definition, definition.status) if _is_baseline(event, zero)]
    if not known:
        return None, definition.exclusions.no_status
    last = max(known, key=lambda event: (event.last_day, event.second is not None, event.second or 0, event.record))
    same = [event for event in known if (event.last_day, event.second) == (last.last_day, last.second)]
    verdicts = {_meets(event.status, rule) for event in same}
    if verdicts == {False}:
        return last.status, rule.otherwise
    return last.status, definition.exclusions.contradictory if False in verdicts else None


def _meets(status: str | None, rule: Baseline) -> bool:
    wanted = rule.status_in is None or status in rule.status_in
    return wanted and (rule.status_not_in is None or status not in rule.status_not_in)


def _is_baseline(event: Event, zero: Start) -> bool:
    if event.last_day != zero.day or event.second is None or zero.second is None:
        return event.last_day <= zero.day
    return event.second <= zero.second


def observation_end(
    events: Sequence[Event], definition: Definition, ends: Sequence[ObservationEnd], zero: Start, cutoff: int
) -> End:
    """The first day on which something ended observation, the cut-off at the latest."""
    found = [End(cutoff, len(ends))]
    for position, end in enumerate(ends):
        for event in select(events, definition, end.source):
            if event.first_day <= cutoff and _ends(event, end, zero):
                found.append(End(event.first_day, position))
    return min(found, key=lambda end: (end.day, end.position))


def _ends(event: Event, end: ObservationEnd, zero: Start) -> bool:
    if end.when == "any":
        return True
    if end.when == "after-start":
        return event.first_day > zero.day
    return not timed_before(event, zero)


def death(events: Sequence[Event], definition: Definition, sources: Sequence[str]) -> Death | None:
    """An exact date rather than a month, a year, none; then the earliest, the source that is listed first."""
    found = []
    for event in select(events, definition, *sources):
        listed = next(place for place, name in enumerate(sources) if belongs(event, definition.sources[name]))
        found.append((_trust(died := Death(event, _death_day(event, events, definition)), listed), died))
    return min(found, key=lambda pair: pair[0], default=(None, None))[1]


def _trust(death: Death, listed: int) -> tuple[int, int, int, str]:
    event = death.event
    if event.first_day == event.last_day:
        kind = 0
    elif death.day is None:
        kind = 4
    else:
        kind = {"none": 3, "year": 2}.get(event.precision, 1)
    return kind, death.day or 0, listed, event.record


def _death_day(event: Event, events: Sequence[Event], definition: Definition) -> int | None:
    """Known in part: first possible day, not before the last date known alive. Unknown: the day after that date."""
    if event.first_day == event.last_day:
        return event.first_day
    contacts = [item for item in select(events, definition, definition.alive) if item.category != "death"]
    alive = max((item.first_day for item in contacts if item.first_day <= event.last_day), default=None)
    if event.precision == "none":
        return None if alive is None else min(alive + 1, event.last_day)
    return event.first_day if alive is None else max(event.first_day, alive)
