"""The one table of search parameters: index, search and CapabilityStatement all read it.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.interop.fhir.structure import MODELS

# What every resource has; the table writes its rows under this name.
ANY = "Resource"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter of one resource type.

    kind: token, reference, date, quantity, string, uri or composite; rank: how many resources share one value,
    from 0 (few) to 2 (most of them); numbers: under which its values stand in the index, several
    where it searches several elements (combo-code); paths: elements it takes its values from, none where it only reads
    what others put there; targets: resource types of a reference; system: of a code element; reference: its definition;
    parts: the parameters that a composite one joins.
    """

    type: str
    code: str
    kind: str
    rank: int
    numbers: tuple[int, ...]
    paths: tuple[tuple[str, ...], ...]
    targets: tuple[str, ...]
    system: str | None
    reference: str
    parts: tuple[str, ...]


@cache
def parameters(type_: str) -> Mapping[str, Parameter]:
    """The parameters of a resource type by code; those of every resource are among them."""
    return {row["code"]: _parameter(type_, row) for row in _rows() if row["type"] in (type_, ANY)}


def types() -> tuple[str, ...]:
    """The resource types that can be searched, in alphabetical order."""
    return tuple(sorted(MODELS))


@cache
def references_to(type_: str) -> tuple[int, ...]:
    """The numbers of all parameters that may lead to a resource of a type."""
    found = {
        number
        for other in types()
        for item in parameters(other).values()
        if type_ in item.targets
        for number in item.numbers
    }
    return tuple(sorted(found))


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files("app.interop.fhir.tables").joinpath("search_parameters.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _parameter(type_: str, row: dict[str, str]) -> Parameter:
    numbers = {
        other["code"]: int(other["number"]) for other in _rows() if other["type"] == row["type"] and other["number"]
    }
    searched = row["searches"].split() or [row["code"]]
    return Parameter(
        type_,
        row["code"],
        row["kind"],
        int(row["rank"]),
        tuple(numbers[code] for code in searched if code in numbers),
        tuple(tuple(path.split(".")) for path in row["paths"].split()),
        tuple(row["targets"].split()),
        row["system"] or None,
        row["reference"],
        tuple(row["searches"].split()) if row["kind"] == "composite" else (),
    )
