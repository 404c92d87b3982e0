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
    dates = [record.onset, systemic, *(change.date for change in record.grade_history or ())]
    events = _thresholds(record, zone) + alive(dates, zone, "gvhd")
    if systemic is not None:
        events.append(ClinicalEvent("gvhd_systemic", systemic.at_site(zone), category=record.kind))
    return events


def _points(record: Gvhd, zone: tzinfo | None) -> list[tuple[DayRange, int | None]]:
    changes = [(change.date.at_site(zone), change.number) for change in record.grade_history or ()]
    history: list[tuple[DayRange, int | None]] = sorted(changes, key=lambda point: (point[0].first, point[1]))
    onset = UNKNOWN if record.onset is None else record.onset.at_site(zone)
    if not history:
        return [(onset, record.number)]
    worst = max(number for _, number in changes)
    undated = record.number is not None and record.number > worst
    return [*history, (history[-1][0], record.number)] if undated else history


def _thresholds(record: Gvhd, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Each grade from 1 up, where it was first reached; an episode without a grade is reported as such."""
    reached, events = 0, []
    for days, number in _points(record, zone):
        if number is None:
            events.append(_event(record, days, None))
        for grade in range(reached + 1, (number or 0) + 1):
            events.append(_event(record, days, grade))
        reached = max(reached, number or 0)
    return events


def _event(record: Gvhd, days: DayRange, grade: int | None) -> ClinicalEvent:
    return ClinicalEvent("gvhd_grade", days, category=record.kind, grade=grade, flag=record.steroid_refractory)
