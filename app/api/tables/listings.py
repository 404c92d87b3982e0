"""Data queries and laboratory grades as tables.

docs/endpoints.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

QUERIES = (
    "study",
    "definition",
    "definition_version",
    "cut",
    "cutoff",
    "as_of",
    "subject",
    "site",
    "rule",
    "text",
    "records",
)
_RESULT = ("record", "record_version", "resource", "test", "collected", "day", "value", "unit", "low", "high")
_BASELINE = ("record", "record_version", "collected", "value", "unit", "low", "high")
_GRADE = ("term", "direction", "grade", "reason", "rule", "assumed", "flags", "version")
_REPORTED = ("record", "grade", "agrees")
GRADES = (
    "study",
    "definition",
    "definition_version",
    "cut",
    "cutoff",
    "as_of",
    "subject",
    "day_0",
    *_RESULT,
    *(f"baseline_{name}" for name in _BASELINE),
    *_GRADE,
    *(f"reported_{name}" for name in _REPORTED),
)


def queries(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One line for every data query."""
    for entry in body["queries"]:
        yield {**entry, **_header(body)}


def grades(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One line for every result and each term that grades it, with the baseline and the reported grades beside it."""
    common = {**_header(body), "subject": body["subject"], "day_0": body["day_0"]}
    for entry in body["grades"]:
        before, reported = entry["baseline"] or {}, entry.get("reported", ())
        line = {**entry, **{f"baseline_{name}": before.get(name) for name in _BASELINE}}
        yield {**line, **{f"reported_{name}": _joined(reported, name) for name in _REPORTED}, **common}


def _header(body: Mapping[str, Any]) -> dict[str, Any]:
    common = {name: body.get(name) for name in ("study", "definition", "definition_version", "cut", "cutoff")}
    return {**common, "as_of": body["as_of"]["seq"]}


def _joined(entries: Any, name: str) -> Any:
    """The one value, or a list of several; None for none."""
    values = [entry[name] for entry in entries]
    return values[0] if len(values) == 1 else values or None
