"""A subject's records that count, as the record rules read them.

docs/records.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import TypeVar

from app.domain.dates import DayRange, PartialDate
from app.domain.infusion import Infusion
from app.domain.observation import DiseaseAssessment
from app.domain.record import Record
from app.services.queries.history import History
from app.services.queries.terms import NO_TERMS, Terms
from app.services.status.chart import Chart

R = TypeVar("R", bound=Record)
DATE_FIELDS = ("date", "start", "collected", "onset")


@dataclass(frozen=True)
class Dossier:
    """records: those that count; history: their events; zone: the site's; today: the day of `as_of`.

    window_days, ctcae_version: of the study's definition; terms: the code tables that are loaded.
    """

    records: Sequence[Record]
    history: History
    zone: tzinfo | None
    today: int
    window_days: int
    ctcae_version: str
    terms: Terms = NO_TERMS

    def of(self, kind: type[R]) -> list[R]:
        """Records of a type in order of their keys."""
        return [record for record in self.records if isinstance(record, kind)]

    def days(self, date: PartialDate | None) -> DayRange | None:
        """The days that a date can mean at the site; None where it was not recorded."""
        return None if date is None else date.at_site(self.zone)

    def when(self, record: Record) -> DayRange | None:
        """The days of what the record tells; None where it has no date, or none of its own (a subject)."""
        dates = (getattr(record, name, None) for name in DATE_FIELDS)
        return self.days(next((date for date in dates if date is not None), None))

    @property
    def day_zero(self) -> int | None:
        """Day of the first infusion in which cells were given."""
        return self.history.day_zero

    @cached_property
    def given(self) -> list[Infusion]:
        """Infusions in which cells were given, first to last."""
        return sorted((item for item in self.of(Infusion) if item.exposed), key=lambda item: self.first(item))

    @property
    def chart(self) -> Chart:
        """The same records as the errands about one patient read them, from the first infusion on."""
        start = self.days(self.given[0].start) if self.given else None
        return Chart(list(self.records), self.zone, None, start)

    @cached_property
    def assessments(self) -> list[DiseaseAssessment]:
        """Disease assessments in order of time."""
        return sorted(self.of(DiseaseAssessment), key=lambda item: self.first(item))

    def first(self, record: Record) -> tuple[int, str]:
        """Place of a dated record in time."""
        days = self.when(record)
        return (0 if days is None else days.first, record.key)
