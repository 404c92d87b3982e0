"""Tests between groups, on the rows whose group (and stratum) is recorded.

docs/endpoints.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.endpoints.definition import TimeToEvent
from app.endpoints.estimate import gray_test, log_rank
from app.services.derivation import reasons
from app.services.derivation.estimate import Settings, arrays, cause_codes, determined, named
from app.services.derivation.finding import NOT_RECORDED
from app.services.derivation.time_to_event import Row

_TEST = ("statistic", "df", "p")


@dataclass(frozen=True, slots=True)
class Stratification:
    """The stratum within which groups are compared: its name, and its values by subject."""

    name: str
    values: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Compared:
    """Rows that take part, with the labels of their groups and strata, and who was left out."""

    rows: list[Row]
    groups: list[str]
    strata: list[str] | None
    left_out: list[dict[str, Any]]


def compare(
    by_group: Mapping[str, Sequence[Row]], rule: TimeToEvent, settings: Settings, within: Stratification | None = None
) -> dict[str, Any]:
    """Log-rank test between groups; for competing risks Gray's test of each cause."""
    found = _compared(by_group, within)
    common = {"rho": settings.rho, "stratified_by": None if within is None else within.name, "excluded": found.left_out}
    if rule.kind == "competing_risks":
        return {"gray": _gray(found, rule, settings, common)}
    return {"log_rank": _log_rank(found, settings, common)}


def _log_rank(found: _Compared, settings: Settings, common: dict[str, Any]) -> dict[str, Any]:
    days, events = arrays(found.rows)
    test = log_rank(days, events, found.groups, found.strata, settings.rho)
    tallies = [named(tally, ("group", "n", "observed", "expected")) for tally in test.groups]
    return {
        **named(test, _TEST),
        "method": "Peto-Peto (weights: pooled Kaplan-Meier)" if settings.rho else "log-rank",
        **common,
        "groups": tallies,
        "reason": reasons.of_test(test.statistic, len(tallies), int(events.sum())),
    }


def _gray(found: _Compared, rule: TimeToEvent, settings: Settings, common: dict[str, Any]) -> dict[str, Any]:
    (days, _), (codes, causes) = arrays(found.rows), cause_codes(found.rows, rule)
    body = {}
    for place, cause in enumerate(causes, start=1):
        test = gray_test(days, codes, found.groups, place, found.strata, settings.rho)
        reason = reasons.of_test(test.statistic, len(set(found.groups)), int((codes == place).sum()))
        body[cause] = {**named(test, _TEST), "method": "Gray", **common, "reason": reason}
    return body


def _compared(by_group: Mapping[str, Sequence[Row]], within: Stratification | None) -> _Compared:
    pairs = [(row, name) for name, rows in by_group.items() for row in rows]
    known = {row.subject for row in determined([row for row, _ in pairs])}
    left_out = _left_out(len(pairs) - len(known), "undetermined")
    pairs = [(row, name) for row, name in pairs if row.subject in known]
    kept = [(row, name) for row, name in pairs if name != NOT_RECORDED]
    left_out += _left_out(len(pairs) - len(kept), "group not recorded")
    if within is None:
        return _Compared([row for row, _ in kept], [name for _, name in kept], None, left_out)
    inside = [(row, name) for row, name in kept if row.subject in within.values]
    left_out += _left_out(len(kept) - len(inside), f"{within.name} not recorded")
    strata = [within.values[row.subject] for row, _ in inside]
    return _Compared([row for row, _ in inside], [name for _, name in inside], strata, left_out)


def _left_out(n: int, reason: str) -> list[dict[str, Any]]:
    return [{"n": n, "reason": reason}] if n else []
