"""Adverse events: one event per grade reached, one for seriousness.

https://www.fda.gov/media/93884/download (ICH E2A: seriousness is not severity)
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.adverse_event import AdverseEvent
from app.endpoints.event import ClinicalEvent
from app.interop.events.days import known_days, possible_days
from app.interop.events.evidence import alive
from app.interop.events.grades import course, fallen
from app.terminology.adverse_events import find_term

FATAL, RESOLVED = 5, 1  # grade 5 is death; below grade 1 an event is resolved
DEFAULT_CATEGORY = "non-haematological"
UNLISTED = "unlisted term"


def read_adverse_event(record: AdverseEvent, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Grades with the day each was reached and fell, seriousness with the day it began, evidence of life."""
    return _grades(record, zone) + _seriousness(record, zone) + _alive(record, zone)


def category(record: AdverseEvent) -> str:
    """The DLT category of the term: from its code, its name, or the special interest named beside it."""
    named = find_term(record.interest, None, None) if record.interest else None
    found = named or _term(record)
    return found.category if found else DEFAULT_CATEGORY


def term_name(record: AdverseEvent) -> str:
    """The name under which the term is counted; the hospital's own words could identify someone."""
    found = _term(record)
    return found.term if found else UNLISTED


def _term(record: AdverseEvent):  # type: ignore[no-untyped-def]
    code = record.code
    return find_term(record.term, code.system if code else None, code.code if code else None)


def _grades(record: AdverseEvent, zone: tzinfo | None) -> list[ClinicalEvent]:
    changes = [(change.date.at_site(zone), change.grade) for change in record.grade_history or ()]
    end = known_days(record.end, zone)
    points = course(changes, record.grade, possible_days(record.onset, zone), end, FATAL)
    return [
        ClinicalEvent(
            "ae_grade",
            days,
            status="ongoing" if record.ongoing else None,
            category=category(record),
            grade=grade,
            related=record.relatedness,
            flag=record.investigator_dlt,
            end=fallen(points, index, RESOLVED) or end,
            until=fallen(points, index, grade or RESOLVED) or end,
        )
        for index, (days, grade) in enumerate(points)
    ]


def _seriousness(record: AdverseEvent, zone: tzinfo | None) -> list[ClinicalEvent]:
    if record.seriousness is False:
        return []
    since = record.serious_since or record.onset
    return [
        ClinicalEvent(
            "seriousness",
            possible_days(since, zone),
            status="serious" if record.seriousness else "unknown",
            category=term_name(record),
            grade=record.grade,
            related=record.relatedness,
            flag=record.serious_since is not None,
            end=known_days(record.end, zone),
        )
    ]


def _alive(record: AdverseEvent, zone: tzinfo | None) -> list[ClinicalEvent]:
    history = record.grade_history or ()
    fatal = FATAL in (record.grade, *(change.grade for change in history)) or record.outcome == "fatal"
    before_death = [record.onset, *(change.date for change in history if change.grade < FATAL)]
    return alive(before_death if fatal else [*before_death, record.serious_since, record.end], zone, "adverse_event")
