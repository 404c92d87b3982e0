"""Shift of each term: the grade at baseline, the worst one in the window and the worst one after it.

docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from app.domain.dates import DayRange
from app.services.grades.graded import Graded
from app.services.grades.measured import on_or_before


def shifts(graded: Iterable[Graded], start: DayRange | None, window_days: int) -> list[dict[str, Any]]:
    """One row for each test and term; none before there is an infusion."""
    if start is None:
        return []
    places: dict[tuple[str, str, str], list[Graded]] = {}
    for item in graded:
        if item.grade is not None and item.result.test is not None:
            places.setdefault((item.grade.term, item.grade.direction, item.result.test.id), []).append(item)
    return [
        {"term": term, "direction": direction, "test": test, **_row(found, start, window_days)}
        for (term, direction, test), found in sorted(places.items())
    ]


def _row(found: Sequence[Graded], start: DayRange, window_days: int) -> dict[str, Any]:
    end = start.first + window_days
    later = [item for item in found if not on_or_before(item.result.days, start)]
    window = [item for item in later if item.result.days.first >= start.first and item.result.days.last <= end]
    after = [item for item in later if item.result.days.first > end]
    baseline = next((item for item in found if item.is_baseline), None)
    before = _graded(baseline) if baseline else None
    worst = {"window": _worst(window), "after": _worst(after)}
    worsened = {name: _worsened(before, part) for name, part in worst.items()}
    undated = len(later) - len(window) - len(after)
    return {"baseline": before, **worst, "worsened": worsened, "undated": undated}


def _worst(found: Sequence[Graded]) -> dict[str, Any]:
    """The first of the worst results, and how many results have a grade and how many have none."""
    known = [item for item in found if item.grade is not None and item.grade.grade is not None]
    worst = max(known, key=_number, default=None)
    counts = {"graded": len(known), "ungraded": len(found) - len(known)}
    return {**(_graded(worst) if worst else {"grade": None, "record": None}), **counts}


def _graded(item: Graded) -> dict[str, Any]:
    assert item.grade is not None  # the rows of a term are graded by it
    return {"grade": item.grade.grade, "record": item.result.lab.key}


def _number(item: Graded) -> int:
    return -1 if item.grade is None or item.grade.grade is None else item.grade.grade


def _worsened(before: dict[str, Any] | None, worst: dict[str, Any]) -> bool | None:
    """Whether a grade worse than that of the baseline was reached; None where one of the two is not known."""
    if before is None or before["grade"] is None or worst["grade"] is None:
        return None
    if worst["grade"] > before["grade"]:
        return True
    return None if worst["ungraded"] else False
