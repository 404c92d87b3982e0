"""The census of an extract: what it holds, counted from its records and not from the plan behind them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from app.example.chart import Record
from app.example.extract import Extract
from app.example.rejects import FAULTS

Key = tuple[str, str, str, str]
REFUSED = {number for number, *_ in FAULTS}


@dataclass(frozen=True)
class Arrived:
    """A record where it stands: in which POST (from 1), on which line (from 1)."""

    post: int
    line: int
    record: Record

    @property
    def key(self) -> Key:
        """The natural key."""
        return self.record["site"], self.record["source"], self.record["type"], self.record["id"]

    @cached_property
    def text(self) -> str:
        """The record as sent, to the byte."""
        return as_line(self.record)


@dataclass(frozen=True)
class Finding:
    """A case and the records that show it."""

    case: str
    shown_by: tuple[Arrived, ...]

    @property
    def subjects(self) -> list[str]:
        """The subjects who show it, in order."""
        return sorted({one.record["subject"] for one in self.shown_by})


@dataclass(frozen=True)
class Census:
    """The arrivals of an extract: all of them, the acceptable ones, and those that count in the end."""

    arrivals: tuple[Arrived, ...]
    zones: dict[str, ZoneInfo]

    @cached_property
    def accepted(self) -> list[Arrived]:
        """Every arrival that a service must not refuse."""
        return [one for one in self.arrivals if one.record["id"] not in REFUSED]

    @cached_property
    def first_time(self) -> list[Arrived]:
        """The accepted arrivals without those that repeat an earlier one to the byte."""
        return list({one.text: one for one in reversed(self.accepted)}.values())[::-1]

    @cached_property
    def current(self) -> list[Arrived]:
        """The version of each record that counts: the highest, else the latest recorded, else the last to arrive."""
        latest: dict[Key, Arrived] = {}
        for one in self.first_time:
            if one.key not in latest or place(one) >= place(latest[one.key]):
                latest[one.key] = one
        return [one for one in latest.values() if one.record["status"] != "entered-in-error"]

    def of(self, kind: str, fits: Callable[[Record], object] = lambda record: True) -> list[Arrived]:
        """The records of a type that count and fit."""
        return [one for one in self.current if one.record["type"] == kind and fits(one.record)]

    def day(self, record: Record, text: str | None) -> date | None:
        """The calendar date at the record's site; None for a date known in part or not at all."""
        if text is None or len(text) < 10:
            return None
        if len(text) == 10:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text).astimezone(self.zones[record["site"]]).date()


def take(extract: Extract) -> Census:
    """The census of an extract."""
    zones = {site["id"]: ZoneInfo(site["time_zone"]) for site in extract.study["sites"]}
    posts = enumerate(extract.batches, start=1)
    arrivals = (Arrived(post, line, record) for post, batch in posts for line, record in enumerate(batch, start=1))
    return Census(tuple(arrivals), zones)


def place(one: Arrived) -> tuple[int, float]:
    """Where a version stands among the versions of its record."""
    recorded = one.record.get("recorded")
    return one.record.get("version", 0), datetime.fromisoformat(recorded).timestamp() if recorded else 0.0


def as_line(record: Record) -> str:
    """A record as one line of NDJSON, without the line's end."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def finding(case: str, shown_by: Iterable[Arrived]) -> Finding:
    """A finding from any iterable."""
    return Finding(case, tuple(shown_by))
