"""One subject's records as they counted at a moment, up to a cut-off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

from sqlalchemy import Connection

from app.domain.dates import DayRange, PartialDate
from app.domain.record import Record
from app.services.stored import stored_record
from app.storage.records import current_contents

TYPES = (
    "subject",
    "transplant",
    "infusion",
    "adverse_event",
    "gvhd",
    "disease_assessment",
    "follow_up",
    "death",
    "therapy",
    "end_of_study",
)
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Chart:
    """Records that count, the site's time zone, the last day that counts (None: no cut-off), and day 0."""

    records: list[Record]
    zone: tzinfo | None
    cutoff: int | None
    start: DayRange | None = None

    def day(self, date: PartialDate | None) -> int | None:
        """First possible day of a date at the site."""
        return None if date is None else date.at_site(self.zone).first

    def happened(self, date: PartialDate | None) -> bool:
        """Whether a date lies on or before the cut-off; an unknown one is not ruled out."""
        day = self.day(date)
        return day is None or self.cutoff is None or day <= self.cutoff

    def of(self, kind: type[R], date: Callable[[R], PartialDate | None]) -> list[R]:
        """Records of a type up to the cut-off, in order of their dates."""
        found = [record for record in self.records if isinstance(record, kind) and self.happened(date(record))]
        return sorted(found, key=lambda record: (self.day(date(record)) or 0, record.key))

    def latest(self, dates: Iterable[PartialDate | None]) -> PartialDate | None:
        """The last of some dates, up to the cut-off."""
        known = [date for date in dates if date is not None and self.happened(date)]
        return max(known, key=lambda date: self.day(date) or 0, default=None)


def read_chart(connection: Connection, subject: int, seq: int, zone: tzinfo | None, cutoff: int | None) -> Chart:
    """The chart of a subject at `seq`."""
    rows = current_contents(connection, [subject], TYPES, seq).get(subject, [])
    records = [stored_record(row.content) for row in rows]
    return Chart([record for record in records if record.status != "entered-in-error"], zone, cutoff)
