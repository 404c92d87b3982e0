"""The errand: a subject's laboratory results with their grades, the reported grades beside them, and the shifts.

The contract at the doors, section Endpoints; docs/conventions.md
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from app.domain.adverse_event import AdverseEvent
from app.domain.dates import DayRange, iso_day
from app.domain.observation import Lab
from app.endpoints.definition import Definition
from app.services.asking import Axes, frame, subject_of
from app.services.grades.evidence import Versions, evidence, told
from app.services.grades.graded import TYPES, Graded, graded_results
from app.services.grades.reported import Reported, beside
from app.services.grades.shift import shifts
from app.services.status.chart import Chart


def grades(connection: Connection, study: str, number: str, axes: Axes) -> dict[str, Any]:
    """Every laboratory result of the subject up to the cut-off, as known at `as_of`, in order of time."""
    asked = frame(connection, study, axes)
    subject = subject_of(connection, study, number, asked.as_of)
    chart, versions = told(connection, asked, subject, TYPES)
    header = {"study": study, "subject": number, **asked.header()}
    return {**header, **_answer(chart, asked.definition, versions)}


def _answer(chart: Chart, definition: Definition, versions: Versions) -> dict[str, Any]:
    start, version = chart.start, definition.ctcae_version
    graded = graded_results(chart, version)
    reported = beside(graded, chart.of(AdverseEvent, lambda item: item.onset), chart.zone)
    return {
        "day_0": None if start is None else iso_day(start.first),
        "ctcae_version": version,
        "grades": [
            {**_entry(item, start, version, versions), "reported": [_reported(one, versions) for one in found]}
            for item, found in zip(graded, reported, strict=True)
        ],
        "shift": shifts(graded, start, definition.window_days),
    }


def _entry(item: Graded, start: DayRange | None, version: str, versions: Versions) -> dict[str, Any]:
    lab, days = item.result.lab, item.result.days
    return {
        **evidence(lab.key, versions),
        "test": _test_name(item),
        "collected": lab.collected.text,
        "day": days.first - start.first if start is not None and days.exact else None,
        **_numbers(lab),
        "baseline": None if item.baseline is None else _baseline(item.baseline.lab, versions),
        **_grade(item, version),
    }


def _numbers(lab: Lab) -> dict[str, Any]:
    return {"value": lab.value, "unit": lab.unit, "low": lab.low, "high": lab.high}


def _test_name(item: Graded) -> str | None:
    if item.result.test is not None:
        return item.result.test.id
    named = item.result.lab.test
    return named if isinstance(named, str) else named.text or named.code


def _baseline(lab: Lab, versions: Versions) -> dict[str, Any]:
    return {**evidence(lab.key, versions), "collected": lab.collected.text, **_numbers(lab)}


def _grade(item: Graded, version: str) -> dict[str, Any]:
    names = ("term", "direction", "grade", "reason", "rule", "assumed", "flags", "version")
    grade = item.grade
    if grade is not None:
        return {name: getattr(grade, name) for name in names}
    absent = "unknown laboratory test" if item.result.test is None else f"CTCAE {version} has no criteria for this test"
    return {**dict.fromkeys(names), "reason": absent, "flags": (), "version": version}


def _reported(found: Reported, versions: Versions) -> dict[str, Any]:
    return {**evidence(found.event.key, versions), "grade": found.grade, "agrees": found.agrees}
