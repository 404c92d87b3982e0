"""Dose-limiting toxicity, counted: patients, grades, the investigators' word, the state of each dose level.

docs/endpoints.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.endpoints.definition import Toxicity
from app.endpoints.estimate.escalation import Boin, Level, State, three_plus_three
from app.services.derivation.estimate import Settings, proportion
from app.services.derivation.finding import NOT_RECORDED
from app.services.derivation.window import DltRow

DEFAULT_TARGET, LEAST_BOUNDARIES = 0.3, 18
NO_GRADE, NOBODY_EVALUABLE = "none", "no evaluable patient"


def toxicity(rows: Sequence[DltRow], settings: Settings) -> dict[str, Any]:
    """Patients with a DLT among the evaluable; the conservative view counts what is unresolved as a DLT."""
    with_dlt = sum(row.dlt is True for row in rows)
    evaluable = sum(row.evaluable for row in rows)
    pending, unresolved = sum(row.pending for row in rows), sum(bool(row.unresolved) for row in rows)
    feared = sum(row.dlt is True or bool(row.unresolved) for row in rows)
    in_doubt = sum(row.evaluable or bool(row.unresolved) for row in rows)
    return {
        "infused": len(rows),
        "evaluable": evaluable,
        "not_evaluable": len(rows) - evaluable - pending,
        "not_evaluable_reasons": dict(sorted(Counter(filter(None, (row.why_not_evaluable() for row in rows))).items())),
        "pending": pending,
        "patients_with_dlt": with_dlt,
        "unresolved": unresolved,
        "patients_with_dlt_or_unresolved": feared,
        "final": not unresolved and not pending,
        "final_reason": _why_open(pending, unresolved),
        "proportion": proportion(with_dlt, evaluable, settings, NOBODY_EVALUABLE),
        "proportion_conservative": proportion(feared, in_doubt, settings, NOBODY_EVALUABLE),
        "rules": dict(sorted(Counter(rule for row in rows for rule in _rules(row)).items())),
        "worst_grades": _worst_grades(rows),
        "investigator": _investigator(rows),
    }


def _why_open(pending: int, unresolved: int) -> str | None:
    parts = [(pending, "with the window still open"), (unresolved, "with an event that cannot be judged yet")]
    return "; ".join(f"{n} patient(s) {text}" for n, text in parts if n) or None


def _rules(row: DltRow) -> set[str]:
    return {item["rule"] for item in row.limiting.values()}


def _worst_grades(rows: Sequence[DltRow]) -> list[dict[str, Any]]:
    """Patients by their worst CTCAE grade in the window above baseline."""
    found = Counter(_worst(row) for row in rows)
    order = (NO_GRADE, "1", "2", "3", "4", "5", NOT_RECORDED)
    return [{"grade": grade, "patients": found[grade]} for grade in order if found[grade]]


def _worst(row: DltRow) -> str:
    if row.max_grade is not None:
        return str(row.max_grade)
    return NOT_RECORDED if row.ungraded else NO_GRADE


def _investigator(rows: Sequence[DltRow]) -> dict[str, int]:
    """Patients by the investigators' word, and how it compares with ours where both say something."""
    said = [row.investigator for row in rows]
    both = [(row.dlt, row.investigator) for row in rows if row.dlt is not None and row.investigator is not None]
    agree = sum(ours == theirs for ours, theirs in both)
    return {
        "yes": said.count(True),
        "no": said.count(False),
        "not_recorded": said.count(None),
        "agrees": agree,
        "differs": len(both) - agree,
    }


def by_dose_level(groups: Mapping[str, Sequence[DltRow]], rule: Toxicity, settings: Settings) -> dict[str, Any]:
    """The counts of each dose level with its state under 3+3 and BOIN, and the boundaries of the latter."""
    boin = design(rule)
    levels = {
        name: {**toxicity(rows, settings), "escalation": _states(name, rows, boin)} for name, rows in groups.items()
    }
    most = max([LEAST_BOUNDARIES, *(entry["evaluable"] for entry in levels.values())])
    return {"by_dose_level": levels, "escalation": _design(boin, most)}


def design(rule: Toxicity) -> Boin:
    """The BOIN design that the definition names, else the usual one."""
    given = rule.escalation
    return Boin.of(DEFAULT_TARGET) if given is None else Boin.of(given.target, given.p_saf, given.p_tox)


def _states(name: str, rows: Sequence[DltRow], boin: Boin) -> dict[str, Any]:
    if name == NOT_RECORDED:
        return {"three_plus_three": None, "boin": None, "reason": "the dose level is not recorded"}
    found = level(rows)
    return {"three_plus_three": _state(three_plus_three(found)), "boin": _state(boin.state(found)), "reason": None}


def level(rows: Sequence[DltRow]) -> Level:
    """Patients of one dose level by what is known of them."""
    open_rows = [row for row in rows if row.unresolved and not row.limiting]
    doubtful = sum(row.evaluable for row in open_rows)
    pending = sum(row.pending for row in open_rows)
    return Level(
        dlt=sum(row.dlt is True for row in rows),
        evaluable=sum(row.evaluable for row in rows),
        doubtful=doubtful,
        pending=sum(row.pending for row in rows),
        late=len(open_rows) - doubtful - pending,
    )


def _state(state: State) -> dict[str, Any]:
    return {**state._asdict(), "possible": list(state.possible)}


def _design(boin: Boin, most: int) -> dict[str, Any]:
    return {
        "method": "BOIN, local optimum (Liu and Yuan 2015)",
        "target": boin.target,
        "p_saf": boin.p_saf,
        "p_tox": boin.p_tox,
        "lambda_e": boin.lambda_e,
        "lambda_d": boin.lambda_d,
        "elimination": "Pr(rate > target) > 0.95 under a uniform prior, from 3 evaluable patients on",
        "boundaries": [boin.boundary(n)._asdict() for n in range(1, most + 1)],
    }
