"""Several rows to one record: what each says is put together, and must not differ.

docs/profiles.md
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from app.domain.errors import Issue
from app.interop.mapping.record import Draft
from app.interop.mapping.row import Row

DIFFER = "the rows of one record say different things"


def join(first: Draft, more: Draft) -> None:
    """Add what a further row says. Lists grow by what they do not have yet; a value that differs is an issue."""
    moved: dict[str, str] = {}
    _merge(first, more, first.filling.raw, more.filling.raw, "", moved)
    for path, found in more.filling.found.items():
        first.filling.found.setdefault(_moved(path, moved), found)
    for mine, further in ((first.filling.issues, more.filling.issues), (first.filling.notes, more.filling.notes)):
        mine += [replace(issue, path=_moved(issue.path, moved)) for issue in further]
    first.parts.append(more.text)
    first.last = more.filling.row.place
    first.told |= more.told
    first.patient = first.patient or more.patient


def _merge(
    first: Draft, more: Draft, here: dict[str, Any], there: dict[str, Any], path: str, moved: dict[str, str]
) -> None:
    for name, value in there.items():
        old = here.get(name)
        place = f"{path}{name}"
        if old is None:
            here[name] = value
        elif isinstance(old, dict) and isinstance(value, dict):
            _merge(first, more, old, value, f"{place}.", moved)
        elif isinstance(old, list) and isinstance(value, list):
            for position, element in enumerate(value):
                if element not in old:
                    old.append(element)
                moved[f"{place}[{position}]"] = f"{place}[{old.index(element)}]"
        elif old != value:
            first.filling.issues.append(Issue(place, "conflict", DIFFER, "one value", _place(more, place)))


def _place(more: Draft, path: str) -> str:
    row, column = more.filling.found.get(path, (more.filling.row, ""))
    return row.at(column) if column else row.place


def _moved(path: str, moved: dict[str, str]) -> str:
    found = re.match(r"[^\[]*\[\d+\]", path)
    return path if found is None or found[0] not in moved else moved[found[0]] + path[found.end() :]


def same(columns: list[str], row: Row) -> tuple[str, ...]:
    """What tells which rows make one record."""
    return tuple(row.cells.get(column, "").strip() for column in columns)
