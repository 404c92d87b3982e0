"""Result rows and exclusions as one table: one line for every subject of the study.

docs/endpoints.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.api.tables.header import HEADER, header

_SOURCE = ("record", "version", "resource")
_TIME = ("component", "start_date", "date", "days", "aval", "cnsr", "reason", "imputed", *_SOURCE)
_RESPONSE = ("cr", "response", "baseline_status", "start_date", "date", "days", "aval", "assessed", "reason", "imputed")
_TOXICITY = ("evaluable", "pending", "reason", "dlt", "dlt_count", "investigator_dlt", "unresolved")
_WORST = ("start_date", "onset_date", "imputed", "max_grade", "max_gvhd_grade", "rules", "excluded_by", "records")
_INCIDENCE = ("sae", "sae_count", "unresolved", "start_date", "onset_date", "death_date", "imputed", "reason")
_OF_KIND = {
    "time_to_event": _TIME,
    "competing_risks": _TIME,
    "response_rate": (*_RESPONSE, *_SOURCE),
    "dose_limiting_toxicity": (*_TOXICITY, *_WORST),
    "window_incidence": (*_INCIDENCE, "records"),
}


def columns(kind: str) -> tuple[str, ...]:
    """The columns for a kind of endpoint. KeyError for an unknown one."""
    return (*HEADER, "subject", "status", *_OF_KIND[kind], "queries")


def lines(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows (status of their own, else `included`) and exclusions, by subject."""
    common = header(body)
    found = [*map(_line, body["rows"]), *({**entry, "status": "excluded"} for entry in body["excluded"])]
    for line in sorted(found, key=lambda entry: str(entry["subject"])):
        yield {**line, **common}


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    evidence = row["evidence"]
    source = {name: evidence[0][name] for name in _SOURCE} if evidence else {}
    return {"status": "included", **row, **source, "records": [item["record"] for item in evidence]}
