"""GVHD as events: one per threshold, on the day it was reached.

https://www.ncbi.nlm.nih.gov/books/NBK577669/
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.dates import DayRange
from app.domain.gvhd import Gvhd
from app.endpoints.event import UNKNOWN, ClinicalEvent
from app.interop.events.evidence import alive


def read_gvhd(record: Gvhd, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Thresholds reached, the start of systemic treatment, evidence of life."""
    systemic = record.systemic_therapy_start
    dates = [record.onset, systemic, record.end, *(change.date for change in record.grade_history or ())]
    events = _thresholds(record, zone) + alive(dates, zone, "gvhd")
    if systemic is not None:
        events.append(ClinicalEvent("gvhd_systemic", systemic.at_site(zone), category=record.kind))
    return events


def _points(record: Gvhd, zone: tzinfo | None) -> list[tuple[DayRange, int]]:
    """(days, grade) in order of time. Without a history the one grade stands at the onset."""
    history = [(change.date.at_site(zone), change.number) for change in record.grade_history or ()]
    history.sort(key=lambda point: (point[0].first, point[0].second or 0, point[1]))
    return history or [(_onset(record, zone), record.number or 0)]


def _onset(record: Gvhd, zone: tzinfo | None) -> DayRange:
    return UNKNOWN if record.onset is None else record.onset.at_site(zone)


def _thresholds(record: Gvhd, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Each grade from 1 up wherever it was reached from below, until it fell; then what was not dated or not graded."""
    end = None if record.end is None else record.end.at_site(zone)
    points, events, held = _points(record, zone), [], 0
    for index, (days, grade) in enumerate(points):
        for reached in range(held + 1, grade + 1):
            fell = next((later for later, lower in points[index + 1 :] if lower < reached), end)
            events.append(_event(record, days, reached, end, fell))
        held = grade
    return events + _undated(record, zone, end)


def _undated(record: Gvhd, zone: tzinfo | None, end: DayRange | None) -> list[ClinicalEvent]:
    """Grades above all dated ones, reached at some time in the episode; an episode without a grade has at least one."""
    if record.number is None and not record.grade_history:
        onset = _onset(record, zone)
        return [_event(record, onset, None, end, end), *_at_least_mild(record, onset, end)]
    ...
