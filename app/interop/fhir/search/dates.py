"""Dates as intervals: from the first millisecond that a date may mean to the first one that it cannot.

https://hl7.org/fhir/R4/search.html#date

An interval is kept in the wall-clock time of the place that wrote it, with its distance from UTC beside it: a day asked
for is a calendar day where the event happened, an instant asked for is compared in UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

# Beyond every date there is, exact as a float.
OPEN = 1e18
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)
_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Interval:
    """[low, high) in milliseconds since 1970 on the wall clock; shift: minutes by which that clock is ahead of UTC.

    timed: whether a time of day was given.
    """

    low: float
    high: float
    shift: int = 0
    timed: bool = False

    def in_utc(self) -> tuple[float, float]:
        """The interval as instants."""
        return self.low - self.shift * _MINUTE, self.high - self.shift * _MINUTE


def interval(text: str) -> Interval | None:
    """The interval of a date, dateTime or instant; None where the text is none. Without a zone it counts as UTC."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        if hour is None:
            return _days(int(year), month and int(month), day and int(day))
        # 60 is a legal second; it counts as the last one of its minute.
        start = datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC)
    except ValueError:
        return None
    shift = _shift(zone)
    if shift is None:
        return None
    low = _milliseconds(start) + (float((fraction + "00")[:3]) if fraction else 0.0)
    return Interval(low, low + _width(second, fraction), shift, True)


def _width(second: str | None, fraction: str | None) -> float:
    """How long the last part that was written lasts; finer than a millisecond counts as one."""
    if second is None:
        return _MINUTE
    return 1000.0 if fraction is None else float(10 ** max(0, 3 - len(fraction)))


def _shift(zone: str | None) -> int | None:
    if zone is None or zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 14 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def _days(year: int, month: Any, day: Any) -> Interval:
    first = date(year, month or 1, day or 1)
    if day:
        after = _following(first, 1)
    elif month:
        after = OPEN if (year, month) == (9999, 12) else _day(date(year + month // 12, month % 12 + 1, 1))
    else:
        after = OPEN if year == 9999 else _day(date(year + 1, 1, 1))
    return Interval(_day(first), after)


def _following(first: date, days: int) -> float:
    return OPEN if first == date.max else _day(first + timedelta(days=days))


def _day(value: date) -> float:
    return _milliseconds(datetime(value.year, value.month, value.day, tzinfo=UTC))


def _milliseconds(moment: datetime) -> float:
    return float((moment - _EPOCH) // timedelta(milliseconds=1))


def period(value: dict[str, Any]) -> Interval | None:
    """The interval from a Period's start to its end; a side that is not given is open."""
    start, end = (interval(value[side]) if isinstance(value.get(side), str) else None for side in ("start", "end"))
    known = start or end
    if known is None:
        return None
    low = start.low if start else -OPEN
    # The end on the clock of the start, so that one distance from UTC serves both.
    high = end.high + (known.shift - end.shift) * _MINUTE if end else OPEN
    return Interval(low, high, known.shift, known.timed)


def timing(value: dict[str, Any]) -> Interval | None:
    """The outer limits of a Timing: from its first event to its last, or the period in which it repeats."""
    events = value.get("event")
    known = [interval(item) for item in events if isinstance(item, str)] if isinstance(events, list) else []
    found = [item for item in known if item is not None]
    if not found:
        repeat = value.get("repeat")
        bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
        return period(bounds) if isinstance(bounds, dict) else None
    first = min(found, key=lambda item: item.in_utc())
    end = max(item.in_utc()[1] for item in found)
    return Interval(first.low, end + first.shift * _MINUTE, first.shift, first.timed)


def milliseconds(moment: datetime) -> float:
    """A moment on the same scale."""
    return _milliseconds(moment.astimezone(UTC))
