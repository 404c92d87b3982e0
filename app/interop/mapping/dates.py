"""Dates of cells as dates of the contract: declared formats, dates known in part, times of the site's clock.

https://peps.python.org/pep-0495/ (hours that come twice or never)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from app.interop.mapping.date_format import MONTHS, DateFormat, date_format
from app.interop.mapping.unreadable import Unreadable

TWICE = "this hour came twice on the site's clock, when summer time ended: it counts as the first of the two"
NEVER = "this hour never came on the site's clock, when summer time began: it counts as an hour later"
ISO_DATE, HL7_TIME = "YYYY-MM-DD", "YYYYMMDD[HHMM[SS]][+ZZZZ]"
_ISO_TIME = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})[T ](?P<hour>\d{2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?"
)
_ISO = (
    *(date_format(text, (), False) for text in ("YYYY-MM-DD", "YYYY-MM", "YYYY")),
    DateFormat("YYYY-MM-DDTHH:mm:ss", _ISO_TIME, True),
)


@dataclass(frozen=True, slots=True)
class Read:
    """text: the date as the contract writes it; note: what the sender should know of it."""

    text: str
    note: str | None = None


class DateReader:
    """Reads the cells of one column. unknown: words for an unknown day or month; pivot: last year of this century.

    ordering: a time must stay one, for it orders versions; without a zone it then counts as UTC. usual: how the source
    writes dates where no format is declared.
    """

    def __init__(
        self,
        formats: Sequence[DateFormat],
        unknown: Sequence[str] = (),
        pivot: int | None = None,
        ordering: bool = False,
        usual: str = ISO_DATE,
    ) -> None:
        self._formats = (*formats, *_ISO)
        self._unknown = frozenset(unknown)
        self._pivot = pivot
        self._ordering = ordering
        self._usual = usual
        self.read = lru_cache(maxsize=4096)(self._read)

    @property
    def expected(self) -> str:
        """The formats that are read."""
        return ", ".join([*(found.text for found in self._formats[: -len(_ISO)]), self._usual])

    def _read(self, text: str, zone: tzinfo | None) -> Read:
        """The date in a cell. Unreadable where no format reads it, or no calendar has it."""
        for one in self._formats:
            match = one.pattern.fullmatch(text)
            if match is not None:
                try:
                    return self._meant({name: part for name, part in match.groupdict().items() if part}, zone)
                except ValueError:
                    raise Unreadable("there is no such date", self.expected) from None
        raise Unreadable("not a date in a format of the profile", self.expected)

    def _meant(self, parts: dict[str, str], zone: tzinfo | None) -> Read:
        year = self._year(parts)
        month = self._known(parts.get("month"), parts.get("name"))
        day = self._known(parts.get("day"))
        if month is None:
            if day is not None:
                raise ValueError("a day of no month")
            return Read(f"{year:04d}")
        if day is None:
            date(year, month, 1)
            return Read(f"{year:04d}-{month:02d}")
        whole = date(year, month, day)
        return Read(whole.isoformat()) if "hour" not in parts else self._timed(whole, parts, zone)

    def _year(self, parts: dict[str, str]) -> int:
        if "year" in parts:
            return int(parts["year"])
        short = int(parts["short"])
        return short + (2000 if self._pivot is None or short <= self._pivot else 1900)

    def _known(self, digits: str | None, name: str | None = None) -> int | None:
        if name is not None:
            number = MONTHS.get(name.casefold())
            if number is None:
                raise ValueError("not a month")
            return number
        return None if digits is None or digits in self._unknown else int(digits)

    def _timed(self, day: date, parts: dict[str, str], zone: tzinfo | None) -> Read:
        hour, minute, second = int(parts["hour"]), int(parts["minute"]), int(parts.get("second", "0"))
        local = datetime(day.year, day.month, day.day, hour, minute, second)
        fraction = f".{parts['fraction']}" if "fraction" in parts else ""
        if "offset" in parts:
            return Read(local.isoformat() + fraction + _offset(parts["offset"]))
        if zone is None and not self._ordering:
            return Read(day.isoformat())
        return _at(local, fraction, zone or UTC)


def _offset(text: str) -> str:
    if text == "Z":
        return text
    digits = text[1:].replace(":", "")
    return f"{text[0]}{digits[:2]}:{digits[2:] or '00'}"


def _at(local: datetime, fraction: str, zone: tzinfo) -> Read:
    """A time of a clock with its offset from UTC: of two times that the clock showed, the first."""
    first, second = local.replace(tzinfo=zone).utcoffset(), local.replace(tzinfo=zone, fold=1).utcoffset()
    assert first is not None and second is not None  # a zone knows its offset
    if first.seconds % 60:
        return Read(local.date().isoformat())  # of the time before clocks of a country agreed
    written = local.replace(tzinfo=zone).isoformat()
    note = None if first == second else TWICE if first > second else NEVER
    return Read(written[:19] + fraction + written[19:], note)
