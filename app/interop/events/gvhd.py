"""GVHD as events: one per threshold, on the day it was reached.

https://www.ncbi.nlm.nih.gov/books/NBK577669/
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.dates import DayRange
from app.domain.gvhd import Gvhd
from app.endpoints.event import ClinicalEvent
from app.interop.events.days import known_days, possible_days
from app.interop.events.evidence import alive
from app.interop.events.grades import course, fallen


def read_gvhd(record: Gvhd, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Thresholds reached, the start of systemic treatment, evidence of life."""
    systemic = record.systemic_therapy_start
    dates = [record.onset, systemic, record.end, *(change.date for change in record.grade_history or ())]
    events = _thresholds(record, zone) + alive(dates, zone, "gvhd")
    if systemic is not None:
        days = _not_before(systemic.at_site(zone), known_days(record.onset, zone))
        events.append(ClinicalEvent("gvhd_systemic", days, category=record.kind))
    return events


def _not_before(treated: DayRange, onset: DayRange | None) -> DayRange:
    """The first days on which there was both the GVHD and its treatment, which may have been begun for another."""
    if onset is None or onset.first <= treated.first:
        return treated
    return DayRange(onset.first, max(onset.last, treated.last), onset.precision, onset.second)


def _thresholds(record: Gvhd, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Each grade from 1 up wherever it was reached from below, until it fell.

    A worst grade without its day was reached with all grades below it. An episode without a grade is reported as
    such, and is at least of grade I (or mild).
    """
    end = known_days(record.end, zone)
    changes = [(change.date.at_site(zone), change.number) for change in record.grade_history or ()]
    points = course(changes, record.number, possible_days(record.onset, zone), end)
    events, held = [], 0
    for index, (days, number) in enumerate(points):
        if number is None:
            events.append(_event(record, days, None, end, end))
        floor = 0 if days.precision == "none" else held
        for grade in range(floor + 1, (1 if number is None else number) + 1):
            events.append(_event(record, days, grade, end, fallen(points, index, grade) or end))
        held = number or 0
    return events


def _event(
    record: Gvhd, days: DayRange, grade: int | None, end: DayRange | None, until: DayRange | None
) -> ClinicalEvent:
    flag = record.steroid_refractory
    return ClinicalEvent("gvhd_grade", days, category=record.kind, grade=grade, flag=flag, end=end, until=until)
