"""The adverse event table as lines of a CSV: one a group and term.

docs/plots.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.services.adverse_event_rows import COLUMNS as GRADED
from app.services.adverse_event_rows import GRADES

ALL = "all"
Body = Mapping[str, Any]
_FACTS = ("study", "definition", "definition_version", "cut", "cutoff", "period", "from_day", "to_day")


def _name(what: str, column: str) -> str:
    return f"{what}_grade_{column}" if column in GRADES else f"{what}_{column}"


COLUMNS = (
    *_FACTS,
    "as_of",
    "group_by",
    "group",
    "infused",
    "term",
    *(_name(what, column) for what in ("patients", "percent", "events") for column in GRADED),
)


def tables(body: Body) -> Iterator[tuple[str, Body]]:
    """(name, table) of all infused, then of each group."""
    yield ALL, body
    yield from body.get("groups", {}).items()


def lines(body: Body) -> Iterator[dict[str, Any]]:
    """Each line with everything on which it depends; `group_by` is empty in the lines of all infused."""
    facts = {**{name: body[name] for name in _FACTS}, "as_of": body["as_of"]["seq"]}
    for group, part in tables(body):
        grouped = {"group_by": None if part is body else body["group_by"], "group": group, "infused": part["infused"]}
        for row in (part["any_event"], *part["terms"]):
            yield {**facts, **grouped, "term": row["term"], **_counts(row)}


def _counts(row: Body) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in GRADED:
        found[_name("patients", column)] = row["patients"][column]["n"]
        found[_name("percent", column)] = row["patients"][column]["percent"]
        found[_name("events", column)] = row["events"][column]
    return found
