"""Estimates of an endpoint, over all subjects and by group.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.dates import iso_day
from app.endpoints.definition import ConfType, TimeToEvent
from app.endpoints.estimate import Landmark, aalen_johansen, clopper_pearson, gray_test, kaplan_meier, log_rank, reverse
from app.services.derivation.time_to_event import Row
from app.services.derivation.window import DltRow, SaeRow

UNKNOWN_GROUP = "not recorded"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to estimate: interval type, level, landmarks in days, whether the curve itself is wanted."""

    conf_type: ConfType
    level: float
    landmarks: tuple[int, ...]
    curve: bool = False


def survival(rows: Sequence[Row], settings: Settings) -> dict[str, Any]:
    """Kaplan-Meier of one set of rows."""
    days, events = _arrays(rows)
    fit = kaplan_meier(days, events, settings.conf_type, settings.level)
    follow_up = reverse(days, events, settings.conf_type, settings.level).median()
    body = {
        **_counts(rows),
        "median": _named(fit.median(), ("estimate", "lower", "upper")),
        "landmarks": [_landmark(fit.at(day)) for day in settings.landmarks],
        "follow_up": {"median": _named(follow_up, ("estimate", "lower", "upper"))},
        "components": dict(sorted(Counter(row.component for row in rows if row.component).items())),
    }
    return {**body, "curve": [list(step) for step in fit.steps()]} if settings.curve else body


def competing(rows: Sequence[Row], rule: TimeToEvent, settings: Settings) -> dict[str, Any]:
    """Cumulative incidence of each cause (Aalen-Johansen)."""
    days, codes, causes = _causes(rows, rule)
    fit = aalen_johansen(days, codes, len(causes), settings.conf_type, settings.level)
    body: dict[str, Any] = {**_counts(rows), "variance": "aalen", "causes": {}}
    for position, cause in enumerate(causes, start=1):
        curve = fit.cause(position)
        entry: dict[str, Any] = {
            "events": int((codes == position).sum()),
            "landmarks": [_landmark(curve.at(day)) for day in settings.landmarks],
        }
        if settings.curve:
            entry["curve"] = [list(step) for step in curve.steps()]
        body["causes"][cause] = entry
    return body


def _arrays(rows: Sequence[Row]) -> tuple[Any, Any]:
    days = np.fromiter((row.days for row in rows), dtype=np.int64, count=len(rows))
    return days, np.fromiter((row.cnsr == 0 for row in rows), dtype=bool, count=len(rows))


def _causes(rows: Sequence[Row], rule: TimeToEvent) -> tuple[Any, Any, list[str]]:
    causes = list(dict.fromkeys(item.component for item in rule.events))
    numbers = {cause: position for position, cause in enumerate(causes, start=1)}
    codes = np.array([numbers[row.component] if row.component else 0 for row in rows], dtype=np.int64)
    return _arrays(rows)[0], codes, causes


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    events = sum(row.cnsr == 0 for row in rows)
    return {"n": len(rows), "events": events, "censored": len(rows) - events, "undetermined": 0}


def _named(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


_LANDMARK = ("day", "n_risk", "estimate", "std_err", "lower", "upper", "beyond_follow_up")


def _landmark(found: Landmark) -> dict[str, Any]:
    return {**_named(found, _LANDMARK), "cumulative_events": found.n_event}


def groups(rows: Sequence[Row], values: Mapping[int, str]) -> dict[str, list[Row]]:
    """Rows by the value of their subject's stratum, in order of the values."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(values.get(row.subject, UNKNOWN_GROUP), []).append(row)
    return dict(sorted(found.items()))


def compare(by_group: Mapping[str, Sequence[Row]], rule: TimeToEvent) -> dict[str, Any]:
    """Log-rank test between groups; for competing risks Gray's test of each cause."""
    rows = [row for members in by_group.values() for row in members]
    labels = [name for name, members in by_group.items() for _ in members]
    if rule.kind == "competing_risks":
        days, codes, causes = _causes(rows, rule)
        tests = {cause: gray_test(days, codes, labels, place) for place, cause in enumerate(causes, start=1)}
        return {"gray": {cause: _named(test, ("statistic", "df", "p")) for cause, test in tests.items()}}
    return {"log_rank": _named(log_rank(*_arrays(rows), labels), ("statistic", "df", "p"))}


def toxicity(rows: Sequence[DltRow], level: float) -> dict[str, Any]:
    """Patients with a DLT among the evaluable."""
    with_dlt = sum(row.dlt is True for row in rows)
    evaluable = sum(row.evaluable for row in rows)
    pending, unresolved = sum(row.pending for row in rows), sum(bool(row.unresolved) for row in rows)
    return {
        "infused": len(rows),
        "evaluable": evaluable,
        "not_evaluable": len(rows) - evaluable - pending,
        "pending": pending,
        "patients_with_dlt": with_dlt,
        "unresolved": unresolved,
        "final": not unresolved and not pending,
        "proportion": _proportion(with_dlt, evaluable, level),
    }


def incidence(rows: Sequence[SaeRow], level: float) -> dict[str, Any]:
    """Patients with an SAE among the infused; events, and each term, counted too."""
    patients = sum(row.sae is True for row in rows)
    unresolved = sum(row.unresolved for row in rows)
    deaths = [{"subject": row.row.subject, "date": iso_day(row.row.death)} for row in rows if row.row.death is not None]
    return {
        "infused": len(rows),
        "patients_with_sae": patients,
        "events": sum(row.count for row in rows),
        "unresolved": unresolved,
        "final": not unresolved,
        "proportion": _proportion(patients, len(rows), level),
        "by_term": _by_term(rows),
        "deaths": deaths,
    }


def _by_term(rows: Sequence[SaeRow]) -> list[dict[str, Any]]:
    events: Counter[str] = Counter()
    patients: dict[str, set[int]] = {}
    for row in rows:
        for item in row.certain():
            events[item["category"]] += 1
            patients.setdefault(item["category"], set()).add(row.row.subject)
    return [{"term": term, "patients": len(patients[term]), "events": events[term]} for term in sorted(events)]


def _proportion(k: int, n: int, level: float) -> dict[str, Any]:
    return _named(clopper_pearson(k, n, level), ("estimate", "lower", "upper", "method"))
