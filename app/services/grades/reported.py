"""Adverse events beside the laboratory grades that they cover: same CTCAE term, sample taken during the event.

docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache

from app.domain.adverse_event import AdverseEvent
from app.domain.dates import DayRange
from app.grading.criteria import terms
from app.grading.ctcae_lab import LOWEST_CERTAIN, NO_BASELINE, LabGrade
from app.interop.events.adverse_event import FATAL, term_name
from app.services.grades.graded import Graded
from app.terminology.adverse_events import find_term
from app.terminology.value_sets import normalise

_OVER = frozenset({"recovered", "recovered-with-sequelae", "fatal"})


@dataclass(frozen=True, slots=True)
class Reported:
    """An adverse event beside one laboratory grade. grade: the one reported for that day, None where it is unknown.

    agrees: False where the result is of a higher grade than was reported for its day, or where no result during the
    event reaches the reported grade; None where that cannot be said.
    """

    event: AdverseEvent
    grade: int | None
    agrees: bool | None


def beside(graded: Sequence[Graded], events: Sequence[AdverseEvent], zone: tzinfo | None) -> list[list[Reported]]:
    """For each laboratory grade, the events of its term that cover the day of its sample."""
    named = [(event, term_name(event)) for event in events]
    covering = [
        [event for event, name in named if _same_term(item.grade, name) and _covers(event, item.result.days, zone)]
        for item in graded
    ]
    highest: dict[tuple[str, str], int] = {}
    for item, found in zip(graded, covering, strict=True):
        for event in found:
            if item.grade is not None and item.grade.grade is not None:
                place = (event.key, item.grade.term)
                highest[place] = max(highest.get(place, 0), item.grade.grade)
    return [
        [_reported(item, event, highest, zone) for event in found] for item, found in zip(graded, covering, strict=True)
    ]


def _same_term(grade: LabGrade | None, name: str) -> bool:
    return grade is not None and name == _event_term(grade.term)


@cache
def _event_term(laboratory_term: str) -> str:
    """The term as adverse events bear it: version 6 renamed some, and the term table knows both names."""
    found = find_term(laboratory_term, None, None)
    return found.term if found else laboratory_term


def _covers(event: AdverseEvent, days: DayRange, zone: tzinfo | None) -> bool:
    """Whether the sample was surely taken during the event; one without an end lasts, unless it is said to be over."""
    if event.onset is None:
        return False
    onset = event.onset.at_site(zone)
    if onset.last > days.first:
        return False
    if event.end is not None:
        return days.last <= max(event.end.at_site(zone).first, onset.last)
    outcome = None if event.outcome is None else normalise("outcome", event.outcome)
    over = event.ongoing is False or outcome in _OVER
    return not over or days.last <= onset.last


def _reported(item: Graded, event: AdverseEvent, highest: dict[tuple[str, str], int], zone: tzinfo | None) -> Reported:
    assert item.grade is not None  # only graded results are covered
    grade = _grade_on(event, item.result.days, zone)
    return Reported(event, grade, _agrees(item, event, grade, highest.get((event.key, item.grade.term))))


def _grade_on(event: AdverseEvent, days: DayRange, zone: tzinfo | None) -> int | None:
    """The last dated grade up to the day; without dated grades the one of the whole event."""
    changes = [(change.date.at_site(zone), change.grade) for change in event.grade_history or ()]
    if not changes:
        return event.grade
    before = [(when.first, when.second or 0, grade) for when, grade in changes if when.last <= days.last]
    return max(before)[2] if before else None


def _agrees(item: Graded, event: AdverseEvent, reported: int | None, highest: int | None) -> bool | None:
    grade = item.grade
    if grade is None or grade.grade is None or reported is None or not _same_version(event, grade.version):
        return None
    if grade.grade == reported:
        return True
    if grade.grade > reported:
        # What a number cannot tell was taken for granted: the investigator may have seen that it was not so.
        return None if grade.assumed else False
    open_above = {LOWEST_CERTAIN, NO_BASELINE} & set(grade.flags)
    reached = highest is not None and highest >= reported
    return None if open_above or reached or reported > _highest_grade(item) else False


def _same_version(event: AdverseEvent, version: str) -> bool:
    """Whether the event was graded by the version of the study; one without a version was, by the protocol."""
    said = (event.ctcae_version or version).lower().removeprefix("ctcae").strip().removeprefix("v").strip()
    return said == version or f"{said}.0" == version


def _highest_grade(item: Graded) -> int:
    """The highest grade that a number can give; above it CTCAE asks for consequences, and death is no finding."""
    test, grade = item.result.test, item.grade
    if test is None or grade is None:
        return FATAL
    found = [term for term in terms(test.id, grade.version) if term.name == grade.term]
    return max((rule.grade for term in found for rules in term.rules.values() for rule in rules), default=FATAL)
