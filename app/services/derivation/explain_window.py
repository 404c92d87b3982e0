"""The results of the window endpoints in words.

docs/dlt.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.endpoints.definition import Toxicity
from app.services.derivation.question import Question


def window_sentences(question: Question, row: dict[str, Any]) -> Iterator[str]:
    """What each finding of the window means, then the verdict; row: as `…/subjects` shows it."""
    days = question.definition.window_days
    yield f"The window is days 0 to {days} after day 0, both included."
    rule = question.rule
    if isinstance(rule, Toxicity):
        texts = {item.id: item.text for item in rule.rules}
        texts |= {unless.id: unless.text for item in rule.rules for unless in item.unless}
        yield from (_dlt_finding(finding, texts) for finding in row["findings"])
        yield _dlt_verdict(row)
    else:
        yield from (_sae_finding(finding) for finding in row["findings"])
        yield _sae_verdict(row)


def _dlt_finding(finding: dict[str, Any], texts: dict[str, str]) -> str:
    if finding["rule"]:
        verdict = f"dose-limiting by {finding['rule']} ({texts[finding['rule']]})"
    elif finding["excluded_by"]:
        verdict = f"not dose-limiting, excluded by {finding['excluded_by']} ({texts[finding['excluded_by']]})"
    elif finding["unresolved"]:
        verdict = f"unresolved: {finding['unresolved']}"
    else:
        verdict = "not dose-limiting: no criterion is met"
    grade = "grade not recorded" if finding["grade"] is None else f"grade {finding['grade']}"
    before = f", grade {finding['baseline']} at day 0" if finding["baseline"] else ""
    relation = finding["relatedness"] or "not recorded, counts as related"
    return f"{_place(finding)}: {finding['category']}, {grade}{before}, relatedness {relation}: {verdict}."


def _dlt_verdict(row: dict[str, Any]) -> str:
    if row["dlt"]:
        return f"Dose-limiting toxicity: yes, first on {row['onset_date']} by {', '.join(row['rules'])}."
    if row["pending"]:
        return "Dose-limiting toxicity: pending, the window is still open."
    if not row["evaluable"]:
        return f"Not evaluable: {row['reason']}."
    if row["unresolved"]:
        return f"It cannot be said yet: {row['unresolved']} finding(s) are unresolved."
    return "Dose-limiting toxicity: no; observed through the last day of the window."


def _sae_finding(finding: dict[str, Any]) -> str:
    verdict = "serious" if finding["serious"] else f"unresolved: {finding['unresolved']}"
    return f"{_place(finding)}: {finding['term']}: {verdict}."


def _sae_verdict(row: dict[str, Any]) -> str:
    if row["sae"]:
        return f"Serious adverse event: yes, {row['sae_count']} of them, first on {row['onset_date']}."
    if row["sae"] is None:
        return f"It cannot be said yet: {row['unresolved']} event(s) are unresolved."
    return "Serious adverse event: none."


def _place(finding: dict[str, Any]) -> str:
    imputed = ", imputed" if finding["imputed"] else ""
    return f"{finding['record']}, version {finding['version']}, {finding['date']}{imputed}"
