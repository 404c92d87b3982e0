"""Serious adverse events, counted: patients and events, by term, relatedness and grade; deaths apart.

docs/endpoints.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.domain.dates import iso_day
from app.services.derivation.estimate import Settings, proportion
from app.services.derivation.finding import NOT_RECORDED
from app.services.derivation.window import SaeRow

RELATEDNESS = ("related", "possible", "unlikely", "unrelated", NOT_RECORDED)
GRADES = ("1", "2", "3", "4", "5", NOT_RECORDED)


def incidence(rows: Sequence[SaeRow], settings: Settings) -> dict[str, Any]:
    """Patients with an SAE among the infused; subjects of deaths as ids."""
    patients = sum(row.sae is True for row in rows)
    unresolved = sum(row.unresolved for row in rows)
    feared = sum(row.sae is not False for row in rows)
    deaths = [{"subject": row.row.subject, "date": iso_day(row.row.death)} for row in rows if row.row.death is not None]
    return {
        "infused": len(rows),
        "patients_with_sae": patients,
        "events": sum(row.count for row in rows),
        "unresolved": unresolved,
        "patients_with_sae_or_unresolved": feared,
        "final": not unresolved,
        "final_reason": f"{unresolved} events of which it is not known whether they are serious"
        if unresolved
        else None,
        "proportion": proportion(patients, len(rows), settings),
        "proportion_conservative": proportion(feared, len(rows), settings),
        "by_term": _by("term", rows, lambda item: str(item["category"]), settings),
        "by_relatedness": _by("relatedness", rows, lambda item: item["related"] or NOT_RECORDED, settings, RELATEDNESS),
        "by_grade": _by_grade(rows, settings),
        "deaths": deaths,
    }


def _by(
    label: str, rows: Sequence[SaeRow], of: Callable[[Any], str], settings: Settings, order: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Events by a category, and the patients who had at least one of it."""
    events = Counter(of(item) for row in rows for item in row.certain())
    patients = Counter(name for row in rows for name in {of(item) for item in row.certain()})
    return [_line(label, name, patients, events, len(rows), settings) for name in _ordered(events, order)]


def _by_grade(rows: Sequence[SaeRow], settings: Settings) -> list[dict[str, Any]]:
    """Events by grade, and patients by the worst grade of theirs."""
    events = Counter(_grade(item["grade"]) for row in rows for item in row.certain())
    patients = Counter(_worst(row) for row in rows if row.count)
    return [_line("grade", name, patients, events, len(rows), settings) for name in _ordered(events, GRADES)]


def _worst(row: SaeRow) -> str:
    return _grade(max((item["grade"] for item in row.certain() if item["grade"] is not None), default=None))


def _grade(grade: int | None) -> str:
    return NOT_RECORDED if grade is None else str(grade)


def _ordered(found: Iterable[str], order: Sequence[str] | None) -> list[str]:
    names = sorted(found)
    return names if order is None else sorted(names, key=order.index)


def _line(
    label: str, name: str, patients: Counter[str], events: Counter[str], infused: int, settings: Settings
) -> dict[str, Any]:
    share = proportion(patients[name], infused, settings)
    return {label: name, "patients": patients[name], "events": events[name], "proportion": share}
