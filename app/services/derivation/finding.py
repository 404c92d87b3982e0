"""One finding of a window endpoint as it is shown: what was reached, when, and how the criteria judged it.

docs/endpoints.md
"""

from __future__ import annotations

from typing import Any

from app.domain.dates import iso_day

SERIOUSNESS_UNKNOWN = "not recorded whether it was serious, or from which day"
NOT_RECORDED = "not recorded"


def dlt_finding(item: Any) -> dict[str, Any]:
    """A grade reached in the window above the one at day 0; dlt is null while it cannot be said."""
    word = item["flag"] if item["kind"] == "ae_grade" else None
    return {
        **_source(item),
        "kind": item["kind"],
        "category": item["category"],
        "grade": item["grade"],
        "baseline": item["baseline"],
        "dlt": True if item["rule"] else None if item["unresolved"] else False,
        "rule": item["rule"],
        "excluded_by": item["excluded_by"],
        "unresolved": item["unresolved"],
        "relatedness": item["related"],
        "investigator_dlt": None if word is None else bool(word),
    }


def sae_finding(item: Any) -> dict[str, Any]:
    """An adverse event of the window that is serious, or of which that is not known (serious is null)."""
    certain = item["verdict"] == "yes"
    return {
        **_source(item),
        "term": item["category"],
        "grade": item["grade"],
        "serious": True if certain else None,
        "unresolved": None if certain else SERIOUSNESS_UNKNOWN,
        "relatedness": item["related"],
    }


def _source(item: Any) -> dict[str, Any]:
    shown = {name: item[name] for name in ("record", "version", "resource")}
    return {**shown, "date": iso_day(item["day"]), "imputed": item["dtf"]}


def evidence(item: Any) -> dict[str, Any]:
    """The record version behind a verdict."""
    shown = {name: item[name] for name in ("record", "version", "resource")}
    reason = item.get("rule") or item.get("unresolved") or item.get("verdict")
    return {**shown, "date": iso_day(item["day"]), "grade": item["grade"], "why": reason}
