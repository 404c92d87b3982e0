"""Laboratory results: units, ranges, baselines, and the grades that were reported beside them.

docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.domain.adverse_event import AdverseEvent
from app.grading.ctcae_lab import NO_BASELINE
from app.services.grades.graded import Graded, graded_results
from app.services.grades.measured import Measured
from app.services.grades.reported import beside
from app.services.queries.dossier import Dossier
from app.services.queries.query import Query, ask
from app.services.status.chart import Chart
from app.terminology.plausible import explaining_unit, plausible


def laboratory(dossier: Dossier) -> Iterator[Query]:
    """Everything that the laboratory results show."""
    chart = dossier.chart
    graded = graded_results(chart, dossier.ctcae_version)
    results = list({item.result.lab.key: item.result for item in graded}.values())
    for rule, wrong in _WRONG.items():
        yield from _by_test(rule, [result for result in results if wrong(result)])
    yield from _implausible(results)
    yield from _baselines(dossier, graded)
    yield from _grades(chart, graded)


def _by_test(rule: str, found: Sequence[Measured]) -> Iterator[Query]:
    """One query a test: a laboratory errs in all its results or in none."""
    tests: dict[str, list[str]] = {}
    for result in found:
        if result.test is not None:
            tests.setdefault(result.test.id, []).append(result.lab.key)
    for test, records in sorted(tests.items()):
        yield ask(rule, *records, test=test, count=len(records))


def _no_unit(result: Measured) -> bool:
    return result.lab.value is not None and result.lab.unit is None and result.unit is None


def _negative(result: Measured) -> bool:
    number = result.lab.number
    return number is not None and number[1] < 0


def _inverted(result: Measured) -> bool:
    return result.lab.low is not None and result.lab.high is not None and result.lab.low > result.lab.high


def _implausible(results: Sequence[Measured]) -> Iterator[Query]:
    """One query a test and likely unit, as a laboratory errs in all its results or in none."""
    found: dict[tuple[str, str], list[str]] = {}
    for result in results:
        number, test = result.lab.number, result.test
        value = None if number is None else result.kept(number[1])
        if number is None or test is None or value is None or value < 0:
            continue
        if plausible(test.id).excludes(value, number[0]):
            found.setdefault((test.id, explaining_unit(test.id, number[1]) or ""), []).append(result.lab.key)
    for (test_id, unit), records in sorted(found.items()):
        known = plausible(test_id)
        likely = f"; in {unit} they would be usual" if unit else ""
        limits = {"low": known.low, "high": known.high, "unit": known.unit}
        yield ask("lab-value-implausible", *records, test=test_id, count=len(records), likely=likely, **limits)


_WRONG: dict[str, Callable[[Measured], bool]] = {
    "lab-unit-missing": _no_unit,
    "lab-value-negative": _negative,
    "lab-range-inverted": _inverted,
}


def _baselines(dossier: Dossier, graded: Sequence[Graded]) -> Iterator[Query]:
    """Tests whose grades refer to a baseline that was not recorded; results from before the infusion need none."""
    zero = dossier.day_zero
    if zero is None:
        return
    later = [item for item in graded if item.result.days.first > zero and item.grade is not None]
    lacking = [item.result for item in later if item.grade is not None and NO_BASELINE in item.grade.flags]
    for result in {item.test.id: item for item in reversed(lacking) if item.test is not None}.values():
        assert result.test is not None  # only known tests are graded
        yield ask("lab-baseline-missing", result.lab.key, test=result.test.id)


def _grades(chart: Chart, graded: Sequence[Graded]) -> Iterator[Query]:
    """One query for each event that disagrees, with the worst result that says so."""
    reported = beside(graded, chart.of(AdverseEvent, lambda item: item.onset), chart.zone)
    worst: dict[str, tuple[int, int, Graded]] = {}
    for item, found in zip(graded, reported, strict=True):
        for one in found:
            grade = item.grade.grade if item.grade else None
            if one.agrees is False and grade is not None and one.grade is not None:
                place = worst.get(one.event.key)
                if place is None or grade > place[0]:
                    worst[one.event.key] = (grade, one.grade, item)
    for event, (grade, said, item) in sorted(worst.items()):
        version = item.grade.version if item.grade else ""
        records = (event, item.result.lab.key)
        yield ask("lab-grade-differs", *records, reported=said, derived=grade, version=version)


LABORATORY_RULES = (laboratory,)
