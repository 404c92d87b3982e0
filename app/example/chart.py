"""One subject's chart: the records a hospital writes, with the moment at which each one leaves the house."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.example.course import Course
from app.example.draws import Draws

Record = dict[str, Any]
_PREFIX = {
    "subject": "SU",
    "disease": "DX",
    "transplant": "TX",
    "infusion": "IN",
    "adverse_event": "AE",
    "gvhd": "GV",
    "disease_assessment": "DA",
    "lab": "LB",
    "follow_up": "FU",
    "death": "DE",
    "therapy": "RX",
    "end_of_study": "ES",
}


@dataclass(frozen=True)
class Sent:
    """A record on its way. at: when its nightly job takes it; plain: shows no planned case, so may be made untidy."""

    record: Record
    at: datetime
    plain: bool = True
    sender: str = ""

    @property
    def job(self) -> str:
        """The site whose job sends it; the record may name another in error."""
        return self.sender or str(self.record["site"])


class Chart:
    """Collects the records of one course in the order of their writing."""

    def __init__(self, seed: int, course: Course) -> None:
        self.course = course
        self.place = course.place
        self.site = course.place.site
        self.seed = seed
        self.sent: list[Sent] = []
        self._draws = self.draws("chart")
        self._written: Counter[str] = Counter()

    def draws(self, name: str) -> Draws:
        """A stream of this subject's own, so that a change elsewhere moves nothing here."""
        return Draws(self.seed, self.place.subject, name)

    def add(self, kind: str, day: date, fields: Record, *, source: str = "", plain: bool = False, lag: int = 3) -> Sent:
        """Writes a record one to `lag` days after `day`; fields that are None were not recorded and are left out."""
        source = source or self.site.records_source
        self._written[kind] += 1
        number = f"{_PREFIX[kind]}-{self.place.subject.replace('-', '')}-{self._written[kind]}"
        recorded = self.site.at(day + timedelta(days=self._draws.whole(1, lag)), *self._hour())
        envelope: Record = {"type": kind, "site": self.site.id, "source": source, "id": number}
        envelope |= stamp(1, recorded, source, self.site.unnumbered)
        envelope |= {"status": "final", "subject": self.place.subject}
        told = {name: value for name, value in fields.items() if value is not None}
        sent = Sent(envelope | told, night_after(recorded), plain)
        self.sent.append(sent)
        return sent

    def amend(self, first: Sent, day: date, changes: Record, status: str = "amended") -> Sent:
        """Writes the next version of a record a day after `day`."""
        sent = next_version(first, self.site.at(day + timedelta(days=1), *self._hour()), changes, status)
        self.sent.append(sent)
        return sent

    def _hour(self) -> tuple[int, int]:
        return self._draws.whole(8, 17), self._draws.whole(0, 59)


def next_version(first: Sent, recorded: datetime, changes: Record, status: str = "amended") -> Sent:
    """The record again with changes (None takes a field away), its number and time moved on where it has them."""
    record = first.record | changes | {"status": status}
    if "version" in record:
        record["version"] += 1
    if "recorded" in record:
        record["recorded"] = recorded.isoformat(timespec="seconds")
    told = {name: value for name, value in record.items() if value is not None}
    return Sent(told, night_after(recorded), plain=False)


def stamp(version: int, recorded: datetime, source: str, unnumbered: frozenset[str]) -> Record:
    """Version and time of recording as a source gives them: a phone log gives neither, some give no number."""
    time = {} if source == "phone-log" else {"recorded": recorded.isoformat(timespec="seconds")}
    return time if source in unnumbered else {"version": version, **time}


def night_after(moment: datetime) -> datetime:
    """Two o'clock in the night after a moment, on the same clock: when the nightly job runs."""
    return (moment + timedelta(days=1)).replace(hour=2, minute=0)
