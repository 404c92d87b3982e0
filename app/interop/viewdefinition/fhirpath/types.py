"""What an element's name says of its type: JSON itself says little.

https://hl7.org/fhir/R4/formats.html#choice
"""

from __future__ import annotations

import csv
from decimal import Decimal
from importlib.resources import files
from typing import Any

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath.tree import Call, Index, Member, Node


def _rows(table: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


# Types that a choice such as value[x] can take.
DATA_TYPES = frozenset(row["type"] for row in _rows("data_types"))
PRIMITIVES = frozenset(row["type"] for row in _rows("data_types") if row["kind"] == "primitive")
# Elements that are a date, and never a dateTime, wherever they stand.
DATE_ELEMENTS = frozenset(row["element"] for row in _rows("date_elements"))
_NUMBERS = frozenset({"decimal", "integer", "integer64", "positiveInt", "unsignedInt"})
_PASSING = frozenset({"first", "last", "where"})


def suffix(type_: str) -> str:
    """The end of a choice's JSON name: ``dateTime`` → ``DateTime``."""
    return type_[0].upper() + type_[1:]


CHOICE_SUFFIXES = frozenset(suffix(name) for name in DATA_TYPES)


def is_of(item: Any, type_: str) -> bool:
    """Whether a JSON value is of a FHIR type. ViewError where neither the value nor its place says it."""
    if isinstance(item, dict):
        if "resourceType" in item:
            return bool(item["resourceType"] == type_)
        if type_ in PRIMITIVES or type_ not in DATA_TYPES:
            return False
    elif isinstance(item, bool):
        return type_ == "boolean"
    elif isinstance(item, int | Decimal):
        return type_ in _NUMBERS
    elif type_ not in PRIMITIVES - _NUMBERS - {"boolean"}:
        return False
    raise ViewError("ofType() stands where the type is not known: write it right after the element's name")


def declared_type(node: Node) -> str | None:
    """The type that an expression's text promises: of ``ofType(T)``, or of an element that is always a date."""
    match node:
        case Call(_, "ofType", (Member(None, name),)):
            return name
        case Member(_, name):
            return "date" if name in DATE_ELEMENTS else None
        case Call(source, name, _) if name in _PASSING and source is not None:
            return declared_type(source)
        case Index(source, _):
            return declared_type(source)
    return None
