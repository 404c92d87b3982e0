"""What the records say and how: dates known in part, clocks, units, names, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from app.example.census import Arrived, Census, Finding, finding

_DATES = (
    ("adverse_event", "onset"),
    ("disease", "diagnosis_date"),
    ("gvhd", "onset"),
    ("subject", "birth_date"),
    ("death", "date"),
)
_PRECISION = {4: "year", 7: "month"}
_MOMENTS = ("start", "onset", "collected")
_OF_AN_EVENT = ("grade", "relatedness", "serious")


def content_findings(census: Census) -> list[Finding]:
    """One finding for each way in which the content differs between hospitals or is missing."""
    return [
        *_partial_dates(census),
        finding("`death.date` is null", census.of("death", lambda record: record["date"] is None)),
        finding("date-time whose day at the site is not its day in UTC", _other_day(census, utc=True)),
        finding("… of these written so that the day in the text is not the site's", _other_day(census, utc=False)),
        *_missing(census),
        finding("adverse event with a grade that changes", census.of("adverse_event", _history)),
        finding("GVHD with a grade that changes", census.of("gvhd", _history)),
        *_labs(census),
        *_units(census, "lab"),
        *_units(census, "infusion"),
    ]


def _history(record: dict[str, object]) -> bool:
    return "grade_history" in record


def _partial_dates(census: Census) -> Iterator[Finding]:
    for kind, field in _DATES:
        for length, precision in _PRECISION.items():
            fits = [one for one in census.of(kind) if len(one.record.get(field) or "") == length]
            if fits:
                yield finding(f"`{kind}.{field}` known to the {precision}", fits)


def _other_day(census: Census, utc: bool) -> Iterator[Arrived]:
    for one in census.current:
        text = next((str(one.record[name]) for name in _MOMENTS if len(str(one.record.get(name, ""))) > 10), None)
        if text:
            told = datetime.fromisoformat(text)
            other = told.astimezone(UTC) if utc else told
            if other.date() != census.day(one.record, text):
                yield one


def _missing(census: Census) -> Iterator[Finding]:
    for field in _OF_AN_EVENT:
        shown_by = [one for one in census.of("adverse_event") if field not in one.record]
        yield finding(f"adverse event without `{field}`", shown_by)


def _labs(census: Census) -> list[Finding]:
    return [
        finding("lab named by LOINC", census.of("lab", lambda record: isinstance(record["test"], dict))),
        finding("lab with a name of ours", census.of("lab", lambda record: isinstance(record["test"], str))),
        finding("lab value with a comparator", census.of("lab", lambda record: isinstance(record["value"], str))),
        finding("lab without reference range", census.of("lab", lambda record: "high" not in record)),
        finding("lab with platelets transfused", census.of("lab", lambda record: record.get("transfused"))),
    ]


def _units(census: Census, kind: str) -> Iterator[Finding]:
    by_unit: dict[str, list[Arrived]] = {}
    for one in census.of(kind):
        unit = one.record["unit"] if kind == "lab" else one.record["planned_dose"]["unit"]
        by_unit.setdefault(unit, []).append(one)
    for unit, shown_by in sorted(by_unit.items()):
        yield finding(f"{'dose' if kind == 'infusion' else kind} in `{unit}`", shown_by)
