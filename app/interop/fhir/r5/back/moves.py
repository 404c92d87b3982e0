"""Elements of R5 under their names of R4, by the table ``moves.csv`` read backwards.

https://hl7.org/fhir/R5/procedure.html (its tab "R4 Diff", as on the page of each resource)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.r5.moves import PARTICIPANT, PARTY, Move, moves
from app.interop.fhir.rules import codings, may_lead_to


def moved_back(resource_type: str, body: Json) -> tuple[Json, Json]:
    """(what R4 has elements for, under their names; the rest under its name of R5, always as a list).

    `body` is not changed. An element that the table does not name stays as it is.
    """
    found: Json = {}
    left: Json = {}
    for name, value in body.items():
        ways = _ways(resource_type).get(name.removeprefix("_"))
        if ways is None:
            found[name] = value
        elif name.startswith("_"):  # the extensions of a primitive go where it goes
            found[f"_{ways[0][0]}"] = value
        else:
            rest = [part for item in _items(value) for part in _parts(item) if not _taken(found, part, ways)]
            if rest:
                left[name] = rest
    return found, left


@cache
def _ways(resource_type: str) -> dict[str, list[tuple[str, str, Move]]]:
    """Element of R5 -> (element of R4, its path, its move) in the order of the table."""
    found: dict[str, list[tuple[str, str, Move]]] = {}
    for (name, r4), move in moves().items():
        if name == resource_type and move.r5 is not None:
            found.setdefault(move.r5, []).append((r4, f"{name}.{r4}", move))
    return found


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _parts(item: Any) -> list[Any]:
    """The concept and the reference of a CodeableReference apart: R4 has an element for each."""
    if not isinstance(item, dict) or not {"concept", "reference"} <= item.keys():
        return [item]
    return [{"concept": item["concept"]}, {"reference": item["reference"]}]


def _taken(found: Json, item: Any, ways: list[tuple[str, str, Move]]) -> bool:
    """Whether one of the elements of R4 takes the item: in kind, in what it may refer to, and with room for it."""
    for name, path, move in ways:
        value = _BACK[move.how](item, move.argument)
        if value is None or not may_lead_to(path, value) or (name in found and not move.several):
            continue
        found[name] = [*found.get(name, []), value] if move.several else value
        return True
    return False


def _only(item: Any, name: str) -> Any:
    """The one element of that name, where nothing stands beside it."""
    return item[name] if isinstance(item, dict) and item.keys() == {name} else None


def _in_role(item: Any, role: str, element: str, system: str, name: str) -> Any:
    """Who has this role."""
    if not isinstance(item, dict):
        return None
    known = {(coding.get("system"), coding.get("code")) for coding in codings(item.get(element))}
    return item.get(name) if (system, role) in known else None


_BACK: dict[str, Callable[[Any, str], Any]] = {
    "same": lambda item, _: item,
    "concept": lambda item, _: _only(item, "concept"),
    "reference": lambda item, _: _only(item, "reference"),
    "actor": lambda item, _: _only(item, "actor"),
    "item": lambda item, _: _only(item, "itemReference"),
    "coding": lambda item, system: (
        item.get("code") if isinstance(item, dict) and item.get("system") == system else None
    ),
    "participant": lambda item, role: _in_role(item, role, "function", PARTICIPANT, "actor"),
    "party": lambda item, role: _in_role(item, role, "role", PARTY, "party"),
}
