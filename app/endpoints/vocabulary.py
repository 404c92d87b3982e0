"""What each kind of clinical event may be asked for: its statuses, categories, grades, values and flag.

docs/events.md; one reference per row of vocabulary.csv
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import get_args

from app.domain.terms import Relatedness
from app.terminology.adverse_events import CATEGORIES

RELATEDNESS: tuple[str, ...] = get_args(Relatedness)
_ANYTHING = "*"
_NAMED = {"@adverse-event-categories": CATEGORIES}
_RANGES = ("grade", "value")

# Which kind of event the compiler expects where a definition names a source for one of these parts.
KIND_OF_ROLE: Mapping[str, str] = MappingProxyType(
    {"status": "assessment", "enrolled": "subject", "alive": "alive", "death": "death"}
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that can be asked of a kind. label: what it is called in words; words: the closed vocabulary, None
    where any text may stand; lowest and highest: of a number, None for what is no number.
    """

    label: str
    words: tuple[str, ...] | None = None
    lowest: float | None = None
    highest: float | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of clinical event with the attributes that it carries: `status`, `category`, `grade`, `value`, `flag`."""

    name: str
    label: str
    attributes: Mapping[str, Attribute]


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in the order of the table."""
    found: dict[str, Kind] = {}
    attributes: dict[str, dict[str, Attribute]] = {}
    for row in _rows():
        name = row["kind"]
        if row["attribute"] == "kind":
            attributes[name] = {}
            found[name] = Kind(name, row["label"], MappingProxyType(attributes[name]))
        else:
            attributes[name][row["attribute"]] = _attribute(row)
    return MappingProxyType(found)


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files(__package__).joinpath("vocabulary.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _attribute(row: dict[str, str]) -> Attribute:
    label, values, reference = row["label"], row["values"], row["reference"]
    if row["attribute"] in _RANGES:
        lowest, highest = map(float, values.split())
        return Attribute(label, None, lowest, highest, reference)
    if values == _ANYTHING or row["attribute"] == "flag":
        return Attribute(label, reference=reference)
    return Attribute(label, _NAMED.get(values) or tuple(values.split()), reference=reference)
