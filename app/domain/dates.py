"""Dates known in part: a value is the interval of days it could mean.

https://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

Precision = Literal["year", "month", "day", "time", "none"]
EPOCH = date(1970, 1, 1).toordinal()
EXPECTED_FULL_DATE = "YYYY-MM-DD, or a date-time with offset such as 2026-03-02T10:00:00+01:00"
EXPECTED_DATE = f"YYYY, YYYY-MM, {EXPECTED_FULL_DATE}"
_FORM = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?",
    re.ASCII,
)
_EARLIEST_YEAR, _LATEST_YEAR = 1850, 2199


@dataclass(frozen=True, slots=True)
class DayRange:
    """Possible calendar days at the site. first, last: days since 1970-01-01; second: UTC epoch second if timed."""

    first: int
    last: int
    precision: Precision
    second: int | None = None

    @property
    def exact(self) -> bool:
        """True when only one day is possible."""
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as the hospital wrote it. text is kept as it came; instant is set for date-times only."""

    text: str
    precision: Precision
    first: int
    last: int
    instant: datetime | None = None

    def at_site(self, zone: tzinfo | None) -> DayRange:
        """Days this can mean on the site's calendar; a date-only value is never shifted.

        zone None (a site without a declared zone) keeps the calendar date as written.
        """
        if self.instant is None:
            return DayRange(self.first, self.last, self.precision)
        day = self.first if zone is None else self.instant.astimezone(zone).date().toordinal() - EPOCH
        return DayRange(day, day, "time", int(self.instant.timestamp()))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


def from_day_number(number: int) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(number + EPOCH)


def iso_day(number: int | None) -> str | None:
    """A day number as YYYY-MM-DD; None stays None."""
    return None if number is None else from_day_number(number).isoformat()


@lru_cache(maxsize=65536)
def parse_date(text: str) -> PartialDate:
    """Read a date, a partial date or a date-time with offset. ValueError (without the value) when it is none."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("not a date")
    year, month, day, hour, *_ = match.groups()
    if not _EARLIEST_YEAR <= int(year) <= _LATEST_YEAR:
        raise ValueError("year out of range")
    if hour is not None:
        return _date_time(text)
    return _calendar_date(text, int(year), month, day)


def _date_time(text: str) -> PartialDate:
    instant = datetime.fromisoformat(text)
    number = day_number(instant.date())
    return PartialDate(text, "time", number, number, instant.astimezone(UTC))


def _calendar_date(text: str, year: int, month: str | None, day: str | None) -> PartialDate:
    if day is not None and month is not None:
        number = day_number(date(year, int(month), int(day)))
        return PartialDate(text, "day", number, number)
    if month is not None:
        first = date(year, int(month), 1)
        last = first.replace(day=calendar.monthrange(year, int(month))[1])
        return PartialDate(text, "month", day_number(first), day_number(last))
    return PartialDate(text, "year", day_number(date(year, 1, 1)), day_number(date(year, 12, 31)))


def _validate(value: Any) -> PartialDate:
    if isinstance(value, PartialDate):
        return value
    if not isinstance(value, str):
        raise ValueError("not a date")
    try:
        return parse_date(value)
    except ValueError:
        raise ValueError("not a date") from None


def _validate_full(value: Any) -> PartialDate:
    parsed = _validate(value)
    if parsed.precision not in ("day", "time"):
        raise ValueError("not a full date")
    return parsed


_TEXT = PlainSerializer(lambda value: value.text, return_type=str)
# What a JSON Schema can say of a date; that a month has so many days it cannot.
_YEAR = r"(?:18[5-9][0-9]|19[0-9]{2}|2[01][0-9]{2})"
_DAY = r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_OFFSET = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_TIME = rf"T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,9}})?)?{_OFFSET}"
FULL_DATE_PATTERN = rf"^{_YEAR}-{_DAY}(?:{_TIME})?$"
DATE_PATTERN = rf"^{_YEAR}(?:-(?:0[1-9]|1[0-2])|-{_DAY}(?:{_TIME})?)?$"
PartialDateField = Annotated[
    PartialDate, BeforeValidator(_validate), _TEXT, WithJsonSchema({"type": "string", "pattern": DATE_PATTERN})
]
FullDateField = Annotated[
    PartialDate,
    BeforeValidator(_validate_full),
    _TEXT,
    WithJsonSchema({"type": "string", "pattern": FULL_DATE_PATTERN}),
]
