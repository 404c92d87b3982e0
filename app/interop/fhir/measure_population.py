"""Populations of an endpoint: how many they are in an estimate, and which rows belong to them.

https://hl7.org/fhir/R4/valueset-measure-population.html
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from app.interop.fhir.codes import own
from app.interop.fhir.elements import Json

_SYSTEM = "http://terminology.hl7.org/CodeSystem/measure-population"
_STANDARD = {
    "initial-population": "Initial Population",
    "measure-population": "Measure Population",
    "denominator": "Denominator",
    "numerator": "Numerator",
}


@dataclass(frozen=True, slots=True)
class Population:
    """A row of the table. counts: names of the numbers of an estimate that make it, those with a minus taken away.

    field, value: what a subject's row says who is in it; without a field every row is.
    """

    name: str
    counts: tuple[str, ...]
    field: str
    value: str
    words: str

    @property
    def code(self) -> Json:
        """Its CodeableConcept: the standard's where that has one."""
        if self.name not in _STANDARD:
            return own(self.name)
        return {"coding": [{"system": _SYSTEM, "code": self.name, "display": _STANDARD[self.name]}]}

    def count(self, part: Mapping[str, Any]) -> int:
        """How many subjects of an estimate are in it."""
        return sum(-part[name[1:]] if name.startswith("-") else part[name] for name in self.counts)

    def has(self, row: Mapping[str, Any]) -> bool:
        """Whether the subject of a row is in it."""
        if not self.field:
            return True
        found = row[self.field]
        if self.value == "present":
            return found is not None
        return bool(found > 0 if self.value == "positive" else found == json.loads(self.value))


@cache
def populations(kind: str) -> tuple[Population, ...]:
    """The populations of an endpoint of this kind."""
    text = files("app.interop.fhir.tables").joinpath("measure_populations.csv").read_text(encoding="utf-8")
    return tuple(
        Population(row["population"], tuple(row["counts"].split()), row["field"], row["value"], row["words"])
        for row in csv.DictReader(text.splitlines())
        if row["kind"] == kind
    )


def counted(kind: str, part: Mapping[str, Any]) -> list[Json]:
    """Every population of an estimate with its number."""
    return [{"code": item.code, "count": item.count(part)} for item in populations(kind)]


def gathered(kind: str, rows: Iterable[Mapping[str, Any]]) -> list[tuple[Population, list[Mapping[str, Any]]]]:
    """Every population with the rows of those who are in it."""
    known = list(rows)
    return [(item, [row for row in known if item.has(row)]) for item in populations(kind)]
