"""Time-to-event rows of one subject, read from the definition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.endpoints.definition import AnchorStart, CensorSource, Definition, ResponseStart, TimeToEvent
from tests.oracle.anchors import (
    Death,
    End,
    Start,
    baseline_refusal,
    day_zero,
    death,
    earliest_day,
    is_before,
    observation_end,
    over_before,
    timed_before,
    wholly_before,
)
from tests.oracle.event import Event, belongs, select
from tests.oracle.runs import first_run


@dataclass(frozen=True)
class Result:
    """A row of the population; cnsr None: undetermined, for the reason."""

    start: int
    day: int
    cnsr: int | None
    component: str | None
    reason: str | None
    imputed: str | None
    record: str


@dataclass(frozen=True)
class Candidate:
    """A record that could be the event."""

    day: int
    position: int
    record: str
    component: str
    second: int | None
    imputed: str | None
    doubt: str | None = None


def derive(events: Sequence[Event], definition: Definition, endpoint: TimeToEvent, cutoff: int) -> Result | str:
    """The subject's row, or the reason for its exclusion."""
    zero = day_zero(events, definition, cutoff)
    if zero is None:
        return "not infused"
    refusal = _baseline_refusal(events, definition, endpoint, zero)
    if refusal is not None:
        return refusal
    end = observation_end(events, definition, endpoint.observation_end, zero, cutoff)
    start = _start(events, definition, endpoint, zero)
    if start is None or (start is not zero and start.day > end.day):
        assert endpoint.start is not None
        return endpoint.start.otherwise
    found = _candidates(events, definition, endpoint, zero, start, end)
    happened = [item for item in found if _counts(item, start, end)]
    if happened:
        first = min(happened, key=lambda item: (item.day, item.position, item.imputed or "", item.record))
        if first.doubt is not None:
            return Result(start.day, first.day, None, None, first.doubt, first.imputed or start.imputed, first.record)
        return Result(start.day, first.day, 0, first.component, None, first.imputed or start.imputed, first.record)
    return _censored(events, definition, endpoint, start, end)


def _baseline_refusal(
    events: Sequence[Event], definition: Definition, endpoint: TimeToEvent, zero: Start
) -> str | None:
    rule = endpoint.baseline
    return None if rule is None else baseline_refusal(events, definition, rule, zero)[1]


def _start(events: Sequence[Event], definition: Definition, endpoint: TimeToEvent, zero: Start) -> Start | None:
    rule = endpoint.start
    if rule is None:
        return zero
    if isinstance(rule, AnchorStart):
        return _last_before(select(events, definition, rule.last), zero)
    found = response(events, definition, rule, zero)
    return None if found is None else Start(found.first_day, found.second, found.record, found.imputed)


def _last_before(events: Sequence[Event], zero: Start) -> Start | None:
    known = [event for event in events if event.first_day <= zero.day]
    if not known:
        return None
    last = min(known, key=lambda event: (-event.first_day, event.record))
    return Start(last.first_day, last.second, last.record, last.imputed)


def response(events: Sequence[Event], definition: Definition, rule: ResponseStart, zero: Start) -> Event | None:
    """The first response after the infusion and not after any blocking event."""
    after = [event for event in select(events, definition, rule.first) if _responds_after(event, zero)]
    if not after:
        return None
    first = min(after, key=lambda event: (event.first_day, event.record))
    blocks = [event for event in select(events, definition, *rule.before) if _blocks(event, zero)]
    return None if any(event.first_day < first.first_day for event in blocks) else first


def _responds_after(event: Event, zero: Start) -> bool:
    """Surely after it: the same day without clock times is the baseline, and a month may be the time before."""
    if event.first_day != zero.day or event.second is None or zero.second is None:
        return event.first_day > zero.day
    return event.second > zero.second


def _blocks(event: Event, zero: Start) -> bool:
    """A therapy of day 0 is after the infusion; a transplant of day 0 is the one that the infusion follows."""
    return event.first_day > zero.day or (event.kind != "transplant" and not timed_before(event, zero))


def _candidates(
    events: Sequence[Event], definition: Definition, endpoint: TimeToEvent, zero: Start, start: Start, end: End
) -> Iterator[Candidate]:
    sources = [item.source for item in endpoint.events]
    died = death(events, definition, [name for name in sources if definition.sources[name].kind == "death"])
    for position, item in enumerate(endpoint.events):
        if definition.sources[item.source].kind == "death":
            if died is not None and belongs(died.event, definition.sources[item.source]):
                yield from _death_candidate(died, position, item.component)
            continue
        if item.run is not None:
            run = first_run(select(events, definition, item.source), item.run, start, end)
            if run is not None:
                yield Candidate(run.day, position, run.record, item.component, None, None, run.doubt)
            continue
        for event in select(events, definition, item.source):
            if not _history(event, events, definition, item.source, zero, start):
                day = earliest_day(event, start)
                doubt = item.undetermined
                yield Candidate(day, position, event.record, item.component, event.second, event.imputed, doubt)


def _death_candidate(died: Death, position: int, component: str) -> Iterator[Candidate]:
    if died.day is not None:
        event = died.event
        yield Candidate(died.day, position, event.record, component, event.second, event.imputed)


def _history(
    event: Event, events: Sequence[Event], definition: Definition, source: str, zero: Start, start: Start
) -> bool:
    """Over before the start, or (graded) a grade that the same record had already at the infusion."""
    if over_before(event, start):
        return True
    if definition.sources[source].grade_min is None:
        return False
    others = [item for item in select(events, definition, source) if item.record == event.record and item != event]
    return any(wholly_before(item, zero) and still_held(item, zero) for item in others)


def still_held(event: Event, zero: Start) -> bool:
    """Whether a grade had not fallen by day 0."""
    return event.until_day is None or not is_before(event.until_day, event.until_second, zero)


def _counts(item: Candidate, start: Start, end: End) -> bool:
    return not is_before(item.day, item.second, start) and item.day <= end.day


def _censored(events: Sequence[Event], definition: Definition, endpoint: TimeToEvent, start: Start, end: End) -> Result:
    """At the last evidence inside the observation; nothing after the start is censored at the start."""
    found = [
        (day, -clipped, -position, event.record)
        for position, item in enumerate(endpoint.censor)
        for event in select(events, definition, item.source)
        for day, clipped in _evidence_day(event, item, endpoint, end)
        if day >= start.day
    ]
    if not found:
        reason = "no evidence after the start"
        return Result(start.day, start.day, endpoint.start_cnsr, None, reason, start.imputed, start.record)
    best = max(item[:3] for item in found)
    record = min(item[3] for item in found if item[:3] == best)
    cnsr, reason = _reason(endpoint, -best[2], bool(-best[1]), end)
    return Result(start.day, best[0], cnsr, None, reason, start.imputed, record)


def _evidence_day(event: Event, item: CensorSource, endpoint: TimeToEvent, end: End) -> list[tuple[int, int]]:
    """(day, 1 where the end of observation is the reason): on its own day too, unless it is the cut-off."""
    cut_off = end.position == len(endpoint.observation_end)
    if event.first_day < end.day or (event.first_day == end.day and (cut_off or not item.clip)):
        return [(event.first_day, 0)]
    return [(end.day, 1)] if item.clip else []


def _reason(endpoint: TimeToEvent, position: int, clipped: bool, end: End) -> tuple[int, str]:
    if not clipped:
        return endpoint.censor[position].cnsr, endpoint.censor[position].reason
    if end.position == len(endpoint.observation_end):
        return 2, "data cut-off"
    ended = endpoint.observation_end[end.position]
    return ended.cnsr, ended.reason
