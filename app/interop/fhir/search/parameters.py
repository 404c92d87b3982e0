"""The one table of search parameters: index, search and CapabilityStatement all read it.

https://hl7.org/fhir/R4/searchparameter-registry.html

The index is of the R4 form of a resource, whatever release it arrived in or is asked for in: a parameter of R5 reads
the values of the R4 parameter that means the same, or those of an R4 element that has no parameter there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from app.interop.fhir.structure import MODELS

# What every resource has; the table writes its rows under this name.
ANY = "Resource"
# Of a reference that may lead anywhere.
_ANYWHERE = "*"
_STEP = re.compile(r"(\w+)(?:\[(\w+)=([^]]+)\])?(?:\.|$)")


class Step(NamedTuple):
    """One element on the way to a value. only: (name, text), the element that tells which of several is meant."""

    name: str
    only: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter of one resource type.

    kind: token, reference, date, quantity, string, uri or composite; rank: how many resources share one value,
    from 0 (few) to 2 (most of them); numbers: under which its values stand in the index, several
    where it searches several elements (combo-code); paths: elements it takes its values from, none where it only reads
    what others put there; targets: resource types of a reference; system: of a code element; held: the system under
    which the index has its codes; reference: its definition; parts: the parameters that a composite one joins.
    """

    type: str
    code: str
    kind: str
    rank: int
    numbers: tuple[int, ...]
    paths: tuple[tuple[Step, ...], ...]
    targets: tuple[str, ...]
    system: str | None
    held: str | None
    reference: str
    parts: tuple[Parameter, ...]


@cache
def parameters(type_: str, release: int = 4) -> Mapping[str, Parameter]:
    """The parameters of a resource type by code, as a release (4 or 5) names them; those of every resource are among
    them.
    """
    return {row["code"]: _parameter(type_, row) for row in _of(type_) if row["release"] in ("", str(release))}


@cache
def sources(type_: str) -> tuple[Parameter, ...]:
    """The parameters, of any release, that put values of a resource of this type into the index."""
    return tuple(_parameter(type_, row) for row in _of(type_) if row["paths"])


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


def _of(type_: str) -> list[dict[str, str]]:
    return [row for row in _rows() if row["type"] in (type_, ANY)]


def _parameter(type_: str, row: dict[str, str]) -> Parameter:
    searched = [_named(row["type"], code) for code in row["searches"].split()]
    composite = row["kind"] == "composite"
    joined = tuple(_parameter(type_, other) for other in searched) if composite else ()
    return Parameter(
        type_,
        row["code"],
        row["kind"],
        int(row["rank"]),
        () if composite else tuple(int(other["number"]) for other in searched or [row] if other["number"]),
        tuple(_path(path) for path in row["paths"].split()),
        types() if row["targets"] == _ANYWHERE else tuple(row["targets"].split()),
        row["system"] or None,
        (searched[0] if searched else row)["system"] or None,
        row["reference"],
        joined,
    )


def _named(type_: str, code: str) -> dict[str, str]:
    """The row of a name; of two releases that of R4, which stands first."""
    return next(row for row in _rows() if (row["type"], row["code"]) == (type_, code))


def _path(text: str) -> tuple[Step, ...]:
    """a.b[c=d].e: the e of that b in a whose c is d."""
    return tuple(Step(name, (key, only) if key else None) for name, key, only in _STEP.findall(text))
