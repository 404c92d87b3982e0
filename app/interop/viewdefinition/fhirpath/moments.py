"""Dates and times known in part: what is certain of their order, and their bounds.

https://hl7.org/fhirpath/N1/#comparison ; https://build.fhir.org/ig/HL7/FHIRPath/#lowboundaryprecision-integer-decimal--date--datetime--time
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

_DATE_TIME = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:T(?P<hour>\d{2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d+))?)?)?)?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?", re.ASCII)
_ORIGIN = datetime(1, 1, 1)
# A local time without an offset can lie so far from UTC, in minutes: +14:00 is the earliest, -12:00 the latest.
_EARLIEST, _LATEST = -14 * 60, 12 * 60
_MINUTE = 60_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """The first and the last possible microsecond on the local clock, and the offset from UTC in minutes if known."""

    first: int
    last: int
    offset: int | None


@lru_cache(maxsize=4096)
def moment(text: str) -> Moment | None:
    """The date or dateTime that a text is; None where it is neither."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    try:
        first = _first(match)
        return Moment(_since(first), _since(_last(first, match)), _offset(match["zone"]))
    except ValueError:
        return None


def _first(match: re.Match[str]) -> datetime:
    year, month, day = (int(match[name] or 1) for name in ("year", "month", "day"))
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    return datetime(year, month, day, hour, minute, second, _micro(match["fraction"]))


def _micro(fraction: str | None) -> int:
    return int((fraction or "0").ljust(6, "0")[:6])


def _since(time: datetime) -> int:
    return (time - _ORIGIN) // timedelta(microseconds=1)


def _last(first: datetime, match: re.Match[str]) -> datetime:
    """The end of what is written; seconds and their fractions are one precision."""
    if match["second"] is not None:
        return first
    found = first.replace(second=59, microsecond=999_999)
    if match["minute"] is None:
        found = found.replace(minute=59)
    if match["hour"] is None:
        found = found.replace(hour=23)
    if match["month"] is None:
        found = found.replace(month=12)
    return found if match["day"] else found.replace(day=monthrange(found.year, found.month)[1])


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return -minutes if zone[0] == "-" else minutes


def order(left: Moment, right: Moment) -> int | None:
    """-1, 0 or 1 as left is before, at or after right; None where that is not certain."""
    if left == right:
        return 0
    same_clock = left.offset is None and right.offset is None
    one, other = (_span(left, same_clock), _span(right, same_clock))
    if one[1] < other[0]:
        return -1
    if one[0] > other[1]:
        return 1
    return 0 if one[0] == one[1] == other[0] == other[1] else None


def _span(found: Moment, same_clock: bool) -> tuple[int, int]:
    if same_clock:
        return found.first, found.last
    if found.offset is not None:
        return found.first - found.offset * _MINUTE, found.last - found.offset * _MINUTE
    return found.first + _EARLIEST * _MINUTE, found.last + _LATEST * _MINUTE


def boundary(text: str, type_: str | None, high: bool) -> str | None:
    """The earliest or latest value that a date, dateTime or time can stand for; None for any other text.

    type_: ``date`` keeps to days; any other date is taken for a dateTime, to the millisecond.
    """
    if _TIME.fullmatch(text):
        return _fill_time(text, high)
    match = _DATE_TIME.fullmatch(text)
    if match is None or moment(text) is None:
        return None
    day = _fill_day(match, high)
    if type_ == "date":
        return day
    clock = text.partition("T")[2].removesuffix(match["zone"] or "")
    return f"{day}T{_fill_time(clock, high)}{match['zone'] or ('-12:00' if high else '+14:00')}"


def _fill_day(match: re.Match[str], high: bool) -> str:
    year, month, day = match["year"], match["month"], match["day"]
    month = month or ("12" if high else "01")
    last = monthrange(int(year), int(month))[1]
    return f"{year}-{month}-{day or (last if high else 1):0>2}"


def _fill_time(clock: str, high: bool) -> str:
    parts, _, fraction = clock.partition(".")
    given = [part for part in parts.split(":") if part]
    rest = ["23", "59", "59"] if high else ["00", "00", "00"]
    milliseconds = (fraction or "").ljust(3, "9" if high else "0")
    return ":".join(given + rest[len(given) :]) + f".{milliseconds}"
