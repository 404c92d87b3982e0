"""Contradictions inside one record: its components give another value than it reports.

docs/queries.md
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.adverse_event import AdverseEvent
from app.domain.dates import DayRange
from app.domain.gvhd import Gvhd
from app.domain.observation import DiseaseAssessment
from app.domain.record import Record
from app.endpoints.event import UNKNOWN, ClinicalEvent
from app.grading.held import of_record
from app.interop.events.days import possible_days


def read_discrepancies(record: Record, zone: tzinfo | None) -> list[ClinicalEvent]:
    """One event for each value that certainly differs. status: the rule of the data query; category: both values."""
    return [
        ClinicalEvent("discrepancy", _days(record, zone), status=held.scale.rule, category=held.text)
        for held in of_record(record)
        if held.agrees is False
    ]


def _days(record: Record, zone: tzinfo | None) -> DayRange:
    if isinstance(record, (Gvhd, AdverseEvent)):
        return possible_days(record.onset, zone)
    return record.date.at_site(zone) if isinstance(record, DiseaseAssessment) else UNKNOWN
