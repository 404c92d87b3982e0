"""Adverse events: one event per grade reached, one for seriousness.

https://www.fda.gov/media/93884/download (ICH E2A: seriousness is not severity)
"""

from __future__ import annotations

from datetime import tzinfo
from itertools import pairwise

from app.domain.adverse_event import AdverseEvent
from app.domain.dates import DayRange, PartialDate
from app.endpoints.event import UNKNOWN, ClinicalEvent
from app.interop.events.evidence import alive
from app.terminology.adverse_events import find_term

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


def _range(date: PartialDate | None, zone: tzinfo | None) -> DayRange:
    return UNKNOWN if date is None else date.at_site(zone)


def _points(record: AdverseEvent, zone: tzinfo | None) -> list[tuple[DayRange, int | None]]:
    """(days, grade) in order of time. Without a history the one grade stands at the onset."""
    history = sorted(
        ((change.date.at_site(zone), change.grade) for change in record.grade_history or ()),
        key=lambda point: (point[0].first, point[0].second or 0, point[1]),
    )
    if not history:
        return [(_range(record.onset, zone), record.grade)]
    worst = max(grade for _, grade in history)
    if record.grade is not None and record.grade > worst:
        # The worst grade is reported but not dated: it stands on the last dated change.
        return [*history, (history[-1][0], record.grade)]
    return list(history)


def _grades(record: AdverseEvent, zone: tzinfo | None) -> list[ClinicalEvent]:
    points = _points(record, zone)
    end = None if record.end is None else record.end.at_site(zone)
    return [
        ClinicalEvent(
            "ae_grade",
            days,
            status="ongoing" if record.ongoing else None,
            category=category(record),
            grade=grade,
            related=record.relatedness,
            flag=record.investigator_dlt,
            end=end,
            until=_until(points, index, end),
        )
        for index, (days, grade) in enumerate(points)
    ]


def _until(points: list[tuple[DayRange, int | None]], index: int, end: DayRange | None) -> DayRange | None:
    """When the grade fell below this one: at the next lower point, else at the end of the event."""
    grade = points[index][1]
    later = (days for (_, _), (days, next_grade) in pairwise(points[index:]) if (next_grade or 0) < (grade or 0))
    return next(later, end)


def _seriousness(record: AdverseEvent, zone: tzinfo | None) -> list[ClinicalEvent]:
    if record.seriousness is False:
        return []
    since = record.serious_since or record.onset
    return [
        ClinicalEvent(
            "seriousness",
            _range(since, zone),
            status="serious" if record.seriousness else "unknown",
            category=term_name(record),
            grade=record.grade,
            related=record.relatedness,
            flag=record.serious_since is not None,
            end=None if record.end is None else record.end.at_site(zone),
        )
    ]


def _alive(record: AdverseEvent, zone: tzinfo | None) -> list[ClinicalEvent]:
    fatal = record.grade == 5 or record.outcome == "fatal"
    changes = [change.date for change in record.grade_history or () if change.grade < 5]
    return alive([record.onset, *changes, None if fatal else record.end], zone, "adverse_event")
