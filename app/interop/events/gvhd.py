"""GVHD as events: one per threshold, on the day it was reached.

https://www.ncbi.nlm.nih.gov/books/NBK577669/
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.dates import DayRange
from app.domain.gvhd import Gvhd
from app.endpoints.event import ClinicalEvent
from app.interop.events.days import between, known_days, possible_days
from app.interop.events.evidence import alive


def read_gvhd(record: Gvhd, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Thresholds reached, the start of systemic treatment, evidence of life."""
    systemic = record.systemic_therapy_start
    dates = [record.onset, systemic, record.end, *(change.date for change in record.grade_history or ())]
    events = _thresholds(record, zone) + alive(dates, zone, "gvhd")
    if systemic is not None:
        events.append(ClinicalEvent("gvhd_systemic", systemic.at_site(zone), category=record.kind))
    return events


def _history(record: Gvhd, zone: tzinfo | None) -> list[tuple[DayRange, int]]:
    changes = [(change.date.at_site(zone), change.number) for change in record.grade_history or ()]
    return sorted(changes, key=lambda point: (point[0].first, point[0].second or 0, point[1]))


def _thresholds(record: Gvhd, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Each grade from 1 up wherever it was reached from below; an episode without a grade is reported as such too."""
    end, onset, history = known_days(record.end, zone), possible_days(record.onset, zone), _history(record, zone)
    if history:
        return _dated(record, history, end) + _undated(record, history, onset, end)
    # An episode is at least of grade I (or mild), whether or not its grade was recorded.
    graded = _dated(record, [(onset, 1 if record.number is None else record.number)], end)
    return [_event(record, onset, None, end, end), *graded] if record.number is None else graded


def _dated(record: Gvhd, history: list[tuple[DayRange, int]], end: DayRange | None) -> list[ClinicalEvent]:
    events, held = [], 0
    for index, (days, number) in enumerate(history):
        for grade in range(held + 1, number + 1):
            until = next((later for later, lower in history[index + 1 :] if lower < grade), end)
            events.append(_event(record, days, grade, end, until))
        held = number
    return events


def _undated(
    record: Gvhd, history: list[tuple[DayRange, int]], onset: DayRange, end: DayRange | None
) -> list[ClinicalEvent]:
    """Grades above all dated ones were reached on some day of the episode."""
    days = between(min([onset.first, *(day.first for day, _ in history)]), end)
    worst = max(number for _, number in history)
    return [_event(record, days, grade, end, end) for grade in range(worst + 1, (record.number or 0) + 1)]


def _event(
    record: Gvhd, days: DayRange, grade: int | None, end: DayRange | None, until: DayRange | None
) -> ClinicalEvent:
    flag = record.steroid_refractory
    return ClinicalEvent("gvhd_grade", days, category=record.kind, grade=grade, flag=flag, end=end, until=until)
