"""Laboratory results with their CTCAE grades: one entry for each result and each term that grades its test.

The contract at the doors, section Endpoints; docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import DayRange, iso_day
from app.domain.observation import Lab
from app.domain.terms import CodeRef
from app.grading.criteria import Term, terms
from app.grading.ctcae_lab import Baseline, LabGrade, Result, grade_term
from app.services import studies
from app.services.asking import cutoff_day, moment, subject_of
from app.services.status.chart import Chart
from app.services.status.clinical import infusions
from app.services.stored import stored_record
from app.storage.records import current_contents
from app.terminology.laboratory import LaboratoryTest, find_test
from app.terminology.units import convert, ucum

# The trial grades toxicity by version 5, whichever is the newest.
CTCAE = "5.0"
_TYPES = ("infusion", "lab")


@dataclass(frozen=True, slots=True)
class _Measured:
    """A result with the test that it names, the days on which it can have been taken, and its unit as UCUM code."""

    lab: Lab
    test: LaboratoryTest | None
    days: DayRange
    unit: str | None


def grades(connection: Connection, study: str, number: str, cutoff: str | None, as_of: str | None) -> dict[str, Any]:
    """Every laboratory result of the subject up to the cut-off, as known at `as_of`, in order of time."""
    stored = studies.find(connection, study)
    known = moment(connection, as_of)
    subject = subject_of(connection, study, number, known)
    chart = _chart(connection, subject.id, known.seq, stored.zones.get(subject.site), cutoff_day(cutoff))
    given = infusions(chart)
    start = given[0].start.at_site(chart.zone) if given else None
    results = [_measured(lab, chart.zone) for lab in chart.of(Lab, lambda item: item.collected)]
    return {
        "study": study,
        "subject": number,
        "cutoff": iso_day(chart.cutoff),
        "as_of": {"seq": known.seq, "time": known.time},
        "day_0": None if start is None else iso_day(start.first),
        "ctcae_version": CTCAE,
        "grades": list(_entries(results, start)),
    }


def _chart(connection: Connection, subject: int, seq: int, zone: tzinfo | None, cutoff: int | None) -> Chart:
    rows = current_contents(connection, [subject], _TYPES, seq).get(subject, [])
    records = [stored_record(row.content) for row in rows]
    return Chart([record for record in records if record.status != "entered-in-error"], zone, cutoff)


def _measured(lab: Lab, zone: tzinfo | None) -> _Measured:
    named = lab.test
    test = (
        find_test(named.system, named.code, named.text) if isinstance(named, CodeRef) else find_test(None, None, named)
    )
    unit = None if test is None else ucum(test.id, lab.unit or "")
    return _Measured(lab, test, lab.collected.at_site(zone), unit)


def _entries(results: list[_Measured], start: DayRange | None) -> Iterable[dict[str, Any]]:
    baselines = _baselines([result for result in results if _on_or_before(result.days, start)])
    for result in results:
        # A result up to the baseline cannot have risen from it: the reference range alone grades it.
        early = _on_or_before(result.days, start)
        baseline = None if early or result.test is None else baselines.get(result.test.id)
        graded: list[LabGrade | None] = [*_grades(result, baseline)]
        for grade in graded or [None]:
            yield _entry(result, baseline, start, grade)


def _on_or_before(days: DayRange, start: DayRange | None) -> bool:
    """Whether a result surely precedes the infusion; one of the same day does, unless timed after it."""
    if start is None:
        return False
    timed_after = days.second is not None and start.second is not None and days.second > start.second
    return days.last < start.first or (days.last == start.first and not timed_after)


def _baselines(before: list[_Measured]) -> dict[str, _Measured]:
    """The last result with a value of each test."""
    ordered = sorted(before, key=lambda result: (result.days.last, result.days.second or 0, result.lab.key))
    return {result.test.id: result for result in ordered if result.test is not None and result.lab.number is not None}


def _grades(result: _Measured, baseline: _Measured | None) -> Iterable[LabGrade]:
    if result.test is None:
        return
    for term in terms(result.test.id, CTCAE):
        as_sent = _stated_as_sent(term, result, baseline)
        before = None if baseline is None else _result(baseline, as_sent)
        yield grade_term(term, _result(result, as_sent), _as_baseline(before), CTCAE)


def _stated_as_sent(term: Term, result: _Measured, baseline: _Measured | None) -> bool:
    """Whether the criteria name the unit that was sent: CTCAE's two unit systems do not convert into each other."""
    comparable = baseline is None or baseline.unit == result.unit
    return comparable and (not term.units or result.unit in term.units)


def _result(measured: _Measured, as_sent: bool) -> Result:
    """The numbers as sent, else in the unit in which the test is kept. An unknown unit stays what it is."""
    lab, test = measured.lab, measured.test
    comparator, value = lab.number or (None, None)
    if as_sent or measured.unit is None or test is None:
        return Result(value, comparator, measured.unit or lab.unit, lab.low, lab.high)
    kept = [_kept(test, number, measured.unit) for number in (value, lab.low, lab.high)]
    return Result(kept[0], comparator, test.unit, kept[1], kept[2])


def _kept(test: LaboratoryTest, value: Decimal | None, unit: str) -> Decimal | None:
    quantity = None if value is None else convert(test.id, value, unit)
    return None if quantity is None else quantity.value


def _as_baseline(result: Result | None) -> Baseline | None:
    if result is None or result.value is None:
        return None
    return Baseline(result.value, result.unit, result.low, result.high, result.comparator)


def _entry(
    result: _Measured, baseline: _Measured | None, start: DayRange | None, grade: LabGrade | None
) -> dict[str, Any]:
    lab, days = result.lab, result.days
    return {
        "record": lab.key,
        "record_version": lab.version,
        "test": _test_name(result),
        "collected": lab.collected.text,
        "day": days.first - start.first if start is not None and days.exact else None,
        "value": lab.value,
        "unit": lab.unit,
        "low": lab.low,
        "high": lab.high,
        "baseline": None if baseline is None else _baseline_entry(baseline.lab),
        **_grade_entry(result, grade),
    }


def _test_name(result: _Measured) -> str | None:
    if result.test is not None:
        return result.test.id
    named = result.lab.test
    return named if isinstance(named, str) else named.text or named.code


def _baseline_entry(lab: Lab) -> dict[str, Any]:
    return {
        "record": lab.key,
        "collected": lab.collected.text,
        "value": lab.value,
        "unit": lab.unit,
        "low": lab.low,
        "high": lab.high,
    }


def _grade_entry(result: _Measured, grade: LabGrade | None) -> dict[str, Any]:
    if grade is None:
        absent = "unknown laboratory test" if result.test is None else f"CTCAE {CTCAE} has no criteria for this test"
        grade_values: tuple[Any, ...] = (None, None, None, absent, None, None, ())
    else:
        grade_values = (
            grade.term,
            grade.direction,
            grade.grade,
            grade.reason,
            grade.rule,
            grade.assumed,
            grade.flags,
        )
    names = ("term", "direction", "grade", "reason", "rule", "assumed", "flags")
    return {**dict(zip(names, grade_values, strict=True)), "version": CTCAE}
