"""Each result with its grade by each CTCAE term on its test.

docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.dates import DayRange
from app.domain.observation import Lab
from app.grading.criteria import Term, terms
from app.grading.ctcae_lab import LabGrade, grade_term
from app.services.grades.calcium import TOTAL, corrected_grades
from app.services.grades.measured import Measured, baselines, measured, on_or_before
from app.services.status.chart import Chart

TYPES = ("infusion", "lab", "adverse_event")


@dataclass(frozen=True, slots=True)
class Graded:
    """A result, the baseline that it was held against, and its grade by one term (None: no term grades the test)."""

    result: Measured
    baseline: Measured | None
    grade: LabGrade | None
    is_baseline: bool


def graded_results(chart: Chart, version: str) -> list[Graded]:
    """Every result of the chart in order of time, once for each term on its test."""
    results = [measured(lab, chart.zone) for lab in chart.of(Lab, lambda item: item.collected)]
    return list(_graded(results, chart.start, version))


def _graded(results: Sequence[Measured], start: DayRange | None, version: str) -> Iterator[Graded]:
    known = baselines(results, start)
    for result in results:
        baseline = None if result.test is None else known.get(result.test.id)
        # A result up to the baseline cannot have risen from it: the reference range alone grades it.
        held = None if on_or_before(result.days, start) else baseline
        found: list[LabGrade | None] = [*_grades(result, held, results, version)]
        for grade in found or [None]:
            yield Graded(result, held, grade, result is baseline)


def _grades(result: Measured, baseline: Measured | None, results: Sequence[Measured], version: str) -> list[LabGrade]:
    if result.test is None:
        return []
    corrected = corrected_grades(result, results, version) if result.test.id == TOTAL else []
    return corrected or [_grade(term, result, baseline, version) for term in terms(result.test.id, version)]


def _grade(term: Term, result: Measured, baseline: Measured | None, version: str) -> LabGrade:
    as_sent = _stated_as_sent(term, result, baseline)
    before = None if baseline is None else baseline.baseline(as_sent)
    return grade_term(term, result.result(as_sent), before, version)


def _stated_as_sent(term: Term, result: Measured, baseline: Measured | None) -> bool:
    """Whether the criteria name the unit that was sent: CTCAE's two unit systems do not convert into each other."""
    comparable = baseline is None or baseline.unit == result.unit
    return comparable and (not term.units or result.unit in term.units)
