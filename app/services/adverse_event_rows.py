"""Adverse events counted: patients once for each term at their worst grade, and events at theirs.

docs/plots.md; https://www.cdisc.org/standards/foundational/adam (OCCDS: occurrence data)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GRADES = ("1", "2", "3", "4", "5")
NOT_GRADED, ANY, SEVERE = "not_graded", "any", "grade_3_or_more"
COLUMNS = (*GRADES, NOT_GRADED, ANY, SEVERE)
SEVERE_FROM = 3
ANY_EVENT = "Any event"


@dataclass(frozen=True, slots=True)
class AdverseEventOf:
    """One event of one patient. grade: the worst inside the period, None where none was recorded."""

    subject: int
    term: str
    grade: int | None


def table(events: Sequence[AdverseEventOf], infused: int) -> dict[str, Any]:
    """The rows of one group: any event, then each term, those of most patients first."""
    by_term: dict[str, list[AdverseEventOf]] = {}
    for event in events:
        by_term.setdefault(event.term, []).append(event)
    rows = [row(term, found, infused) for term, found in by_term.items()]
    rows.sort(key=lambda entry: (-entry["patients"][ANY]["n"], -entry["events"][ANY], entry["term"]))
    not_graded = sum(event.grade is None for event in events)
    whole = row(ANY_EVENT, events, infused)
    return {
        "infused": infused,
        "final": not not_graded,
        "events_not_graded": not_graded,
        "any_event": whole,
        "terms": rows,
    }


def row(term: str, events: Sequence[AdverseEventOf], infused: int) -> dict[str, Any]:
    """Patients and events of one line by worst grade."""
    worst: dict[int, int | None] = {}
    for event in events:
        worst[event.subject] = _worse(worst.get(event.subject), event.grade)
    patients, counted = _by_grade(worst.values()), _by_grade(event.grade for event in events)
    shares = {name: {"n": n, "percent": 100 * n / infused if infused else None} for name, n in patients.items()}
    return {"term": term, "patients": shares, "events": counted}


def _worse(left: int | None, right: int | None) -> int | None:
    """The worse of two grades; one that was not recorded is worse than none, and never grade 0."""
    known = [grade for grade in (left, right) if grade is not None]
    return max(known, default=None)


def _by_grade(grades: Iterable[int | None]) -> Mapping[str, int]:
    listed = list(grades)
    counts = {grade: sum(found == int(grade) for found in listed) for grade in GRADES}
    severe = sum(found is not None and found >= SEVERE_FROM for found in listed)
    return {**counts, NOT_GRADED: sum(found is None for found in listed), ANY: len(listed), SEVERE: severe}
