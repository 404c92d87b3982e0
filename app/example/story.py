"""A subject's story as the records tell it: day 0, baseline, relapse, death."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from app.example.census import Arrived, Census

REMISSION = ("CR", "CRi")
WINDOW = timedelta(days=28)


@dataclass(frozen=True)
class Story:
    """The records of one subject that count."""

    census: Census
    subject: str
    records: tuple[Arrived, ...]

    def of(self, kind: str) -> list[Arrived]:
        """The subject's records of a type."""
        return [one for one in self.records if one.record["type"] == kind]

    def day(self, one: Arrived, field: str = "date") -> date | None:
        """A record's date at its site, when it is known to the day."""
        return self.census.day(one.record, one.record.get(field))

    @cached_property
    def infusions(self) -> list[Arrived]:
        """The infusions in which cells were given, the first one first."""
        given = [one for one in self.of("infusion") if one.record["outcome"] in ("completed", "stopped")]
        return sorted(given, key=lambda one: self.day(one, "start") or date.max)

    @cached_property
    def day0(self) -> date | None:
        """The day of the first infusion."""
        return self.day(self.infusions[0], "start") if self.infusions else None

    @cached_property
    def assessed(self) -> list[tuple[date, Arrived]]:
        """The dated assessments, in order."""
        dated = [(day, one) for one in self.of("disease_assessment") if (day := self.day(one))]
        return sorted(dated, key=lambda pair: pair[0])

    @cached_property
    def baseline(self) -> Arrived | None:
        """The last assessment on or before day 0."""
        before = [one for day, one in self.assessed if self.day0 and day <= self.day0]
        return before[-1] if before else None

    @cached_property
    def relapse(self) -> Arrived | None:
        """The first assessment after day 0 with a relapse in marrow, blood or elsewhere."""
        return next((one for one in self._after() if set(one.record.get("relapse_sites", ())) - {"mrd"}), None)

    @cached_property
    def response(self) -> Arrived | None:
        """The first CR or CRi after day 0."""
        return next((one for one in self._after() if one.record["response"] in REMISSION), None)

    def in_window(self, one: Arrived, field: str = "onset") -> bool:
        """Whether a date known to the day lies on days 0 to 28."""
        day = self.day(one, field)
        return bool(day and self.day0 and self.day0 <= day <= self.day0 + WINDOW)

    def _after(self) -> list[Arrived]:
        return [one for day, one in self.assessed if self.day0 and day > self.day0]


def stories(census: Census) -> list[Story]:
    """The stories of all subjects, in order of their numbers."""
    by_subject: dict[str, list[Arrived]] = {}
    for one in census.current:
        by_subject.setdefault(one.record["subject"], []).append(one)
    return [Story(census, subject, tuple(by_subject[subject])) for subject in sorted(by_subject)]
