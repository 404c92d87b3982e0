"""Elements that R5 calls otherwise, by the table ``moves.csv``.

https://hl7.org/fhir/R5/procedure.html (its tab "R4 Diff", as on the page of each resource)
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from app.interop.fhir.elements import Json, present

TABLES = "app.interop.fhir.r5.tables"
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
PARTY = "http://hl7.org/fhir/research-study-party-role"


@dataclass(frozen=True, slots=True)
class Move:
    """One row. r5: the element, None where R5 has none; many: an array there; how, argument: what becomes of a value;
    several: an array in R4.
    """

    r5: str | None
    many: bool
    how: str
    argument: str
    several: bool


@cache
def moves() -> dict[tuple[str, str], Move]:
    """(resource type, element of R4) -> its move; what is not named stays as it is."""
    text = files(TABLES).joinpath("moves.csv").read_text(encoding="utf-8")
    return {(row["type"], row["r4"].removesuffix("[]")): _move(row) for row in csv.DictReader(text.splitlines())}


def _move(row: dict[str, str]) -> Move:
    how, _, argument = row["how"].partition(" ")
    several = row["r4"].endswith("[]")
    return Move(row["r5"].removesuffix("[]") or None, row["r5"].endswith("[]"), how, argument, several)


def moved(resource_type: str, body: Json) -> Json:
    """The body under the names of R5, the values in the types of R5. `body` is not changed."""
    table, found = moves(), {}
    for name, value in body.items():
        move = table.get((resource_type, name.removeprefix("_")))
        if move is None:
            found[name] = value
        elif move.r5 is not None:
            _put(found, "_" * name.startswith("_") + move.r5, move, value)
    return found


def _put(found: Json, name: str, move: Move, value: Any) -> None:
    change = _CHANGES[move.how]
    if move.many:
        values = value if isinstance(value, list) else [value]
        found[name] = [*found.get(name, []), *(change(item, move.argument) for item in values)]
    else:
        found[name] = change(value, move.argument)


def _coded_role(system: str, code: str, display: str | None = None) -> Json:
    return {"coding": [present(system=system, code=code, display=display)]}


_CHANGES: dict[str, Callable[[Any, str], Any]] = {
    "same": lambda value, _: value,
    "concept": lambda value, _: {"concept": value},
    "reference": lambda value, _: {"reference": value},
    "actor": lambda value, _: {"actor": value},
    "item": lambda value, _: {"itemReference": value},
    "coding": lambda value, system: {"system": system, "code": value},
    "participant": lambda value, role: {"function": _coded_role(PARTICIPANT, role, role.title()), "actor": value},
    "party": lambda value, role: {"role": _coded_role(PARTY, role), "party": value},
}
