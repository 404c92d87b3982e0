"""The CR row of one subject."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.endpoints.definition import Definition, ResponseRate
from tests.oracle.anchors import Start, baseline_refusal, day_zero, observation_end
from tests.oracle.event import Event, select
from tests.oracle.time_to_event import response


@dataclass(frozen=True)
class ResponseResult:
    """response: the first one with its day and flag; record: that one, else the last assessment."""

    zero: int
    baseline: str
    response: str | None
    day: int | None
    imputed: str | None
    assessed: bool
    record: str | None


def derive(
    events: Sequence[Event], definition: Definition, endpoint: ResponseRate, cutoff: int
) -> ResponseResult | str:
    """The subject's row, or the reason for its exclusion."""
    zero = day_zero(events, definition, cutoff)
    if zero is None:
        return "not infused"
    status, refusal = baseline_refusal(events, definition, endpoint.baseline, zero)
    if refusal is not None or status is None:
        return refusal or definition.exclusions.no_status
    end = observation_end(events, definition, endpoint.observation_end, zero, cutoff)
    found = response(events, definition, endpoint.response, zero)
    if found is not None and found.first_day <= end.day:
        return ResponseResult(zero.day, status, found.status, found.first_day, found.imputed, True, found.record)
    later = [item for item in select(events, definition, endpoint.assessed or definition.status) if _after(item, zero)]
    seen = [item for item in later if item.first_day <= end.day]
    if not seen:
        return ResponseResult(zero.day, status, None, None, None, False, None)
    last = min(seen, key=lambda item: (-item.first_day, -(item.second or 0), item.record))
    return ResponseResult(zero.day, status, None, None, None, True, last.record)


def _after(event: Event, zero: Start) -> bool:
    """Of the same day only what two clock times put after the infusion."""
    if event.first_day != zero.day or event.second is None or zero.second is None:
        return event.first_day > zero.day
    return event.second > zero.second
