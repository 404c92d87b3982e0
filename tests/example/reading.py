"""Reads the committed example plainly, with no help from the code that wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

EXAMPLES = Path(__file__).parents[2] / "examples"
ZONES = {"A": ZoneInfo("Europe/Berlin"), "B": ZoneInfo("America/New_York"), "C": ZoneInfo("Asia/Tokyo")}
Record = dict[str, Any]
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T.*)?)?)?")


@cache
def posts() -> list[list[str]]:
    """The lines of each numbered file."""
    return [path.read_text(encoding="utf-8").splitlines() for path in sorted(EXAMPLES.glob("*.ndjson"))]


@cache
def records() -> list[Record]:
    """All records in order of arrival."""
    return [json.loads(line) for post in posts() for line in post]


@cache
def current(kind: str) -> dict[str, Record]:
    """The last version of each record of a type, by id; every example id names one record, but for the refused ones."""
    found: dict[str, Record] = {}
    for record in records():
        old = found.get(record["id"])
        if (
            record["type"] == kind
            and not record["id"].startswith("BAD")
            and (old is None or _order(record) >= _order(old))
        ):
            found[record["id"]] = record
    return {name: record for name, record in found.items() if record["status"] != "entered-in-error"}


def _order(record: Record) -> tuple[int, datetime]:
    told = record.get("recorded", "2000-01-01T00:00:00+00:00")
    return record.get("version", 0), datetime.fromisoformat(told)


def site_day(record: Record, text: str) -> date:
    """The calendar date at the record's site of a full date or a date-time."""
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(ZONES[record["site"]]).date()


@cache
def day0() -> dict[str, date]:
    """The day of the first infusion of everyone infused."""
    days: dict[str, date] = {}
    for record in current("infusion").values():
        if record["outcome"] != "not-done":
            start = site_day(record, record["start"])
            days[record["subject"]] = min(start, days.get(record["subject"], start))
    return days


def dates(value: Any) -> Iterator[str]:
    """Every text that is a date, however deep it lies."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from dates(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from dates(inner)
    elif isinstance(value, str) and _DATE.fullmatch(value):
        yield value
