"""Resources in part: `_summary` and `_elements`.

https://hl7.org/fhir/R4/search.html#summary
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from app.interop.fhir.encode import to_json
from app.interop.fhir.rules import R4_TABLES

SUMMARIES = ("true", "text", "data", "false")
ALWAYS = frozenset({"resourceType", "id", "meta", "implicitRules"})
Elements = tuple[frozenset[str], frozenset[str]]  # of the summary; required
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}


@dataclass(frozen=True, slots=True)
class Subset:
    """What is wanted of each resource: a summary (one of SUMMARIES) or some elements by name."""

    summary: str | None = None
    elements: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the stored bytes are the answer."""
        return not self.elements and self.summary in (None, "false", "count")

    def of(self, body: bytes, tables: str = R4_TABLES) -> bytes:
        """The part of a resource that is wanted, marked as such; numbers keep their digits. tables: of its release."""
        if self.whole:
            return body
        resource: dict[str, Any] = json.loads(body, parse_float=Decimal)
        elements = _table(tables)[resource["resourceType"]]
        kept = {name: value for name, value in resource.items() if self._wants(elements, name)}
        return to_json({**kept, "meta": marked(kept.get("meta", {}))})

    def _wants(self, elements: Elements, name: str) -> bool:
        # _name holds the extensions of name.
        element = name.removeprefix("_")
        if element in ALWAYS:
            return True
        summary, required = elements
        if self.elements:
            return element in self.elements or element in required or _is_choice(element, self.elements)
        if self.summary == "true":
            return element in summary or element == "modifierExtension"
        return element != "text" if self.summary == "data" else element == "text" or element in required


def _is_choice(element: str, wanted: tuple[str, ...]) -> bool:
    """Whether an element is one of a choice by its common name: value for valueQuantity."""
    return any(element.startswith(name) and element[len(name) : len(name) + 1].isupper() for name in wanted if name)


def marked(meta: dict[str, Any]) -> dict[str, Any]:
    """The meta of a resource of which not all is there."""
    return {**meta, "tag": [*meta.get("tag", []), SUBSETTED]}


@cache
def _table(package: str) -> dict[str, Elements]:
    """Elements of the summary, and those that must be there, by resource type."""
    text = files(package).joinpath("summary_elements.csv").read_text(encoding="utf-8")
    summary: dict[str, set[str]] = defaultdict(set)
    required: dict[str, set[str]] = defaultdict(set)
    for row in csv.DictReader(text.splitlines()):
        if row["summary"] == "1":
            summary[row["type"]].add(row["element"])
        if row["required"] == "1":
            required[row["type"]].add(row["element"])
    nothing: dict[str, Elements] = defaultdict(lambda: (frozenset(), frozenset()))
    nothing.update({name: (frozenset(summary[name]), frozenset(required[name])) for name in {*summary, *required}})
    return nothing
