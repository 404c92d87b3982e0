"""JSON Schemas of the record types: what the intake takes, as far as a schema can say it.

https://json-schema.org/draft/2020-12/schema ; docs/records.md
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Any

from app.domain.records import RECORD_TYPES
from app.terminology.doses import known_dose_units
from app.terminology.laboratory import known_tests
from app.terminology.value_sets import words

Json = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ENVELOPE = "Record"


@cache
def record_schema(name: str) -> Json:
    """The schema of a record type. KeyError for an unknown one."""
    model = RECORD_TYPES[name]
    found = model.model_json_schema()
    parts = found.pop("$defs", {})
    for part, shape in {model.__name__: found, **parts}.items():
        shape["title"] = part
        for field, node in shape["properties"].items():
            _explain(part, field, node)
    return {"$schema": DRAFT, **found, "title": name, **({"$defs": parts} if parts else {})}


def _explain(part: str, field: str, node: Json) -> None:
    """The meaning in place of a title that only repeats the name, and words that are known where any are taken."""
    node.pop("title", None)
    row = _meanings().get((part, field)) or _meanings()[_ENVELOPE, field]
    node["description"] = row["meaning"]
    known = _known(part, field, row["value_set"])
    if known and "enum" not in str(node) and "const" not in str(node):
        node["examples"] = [list(known[:3])] if _is_list(node) else list(known)


def _known(part: str, field: str, value_set: str) -> tuple[str, ...]:
    """Words, tests or units that are understood; a hospital may write them in other ways too."""
    if (part, field) == ("Lab", "test"):
        return tuple(test.id for test in known_tests())
    if (part, field) == ("Lab", "unit"):
        return tuple(dict.fromkeys(unit for test in known_tests() for unit in test.units))
    if (part, field) == ("Quantity", "unit"):
        return known_dose_units()
    return words(value_set) if value_set else ()


def _is_list(node: Json) -> bool:
    return any(form.get("type") == "array" for form in node.get("anyOf", [node]))


@cache
def _meanings() -> dict[tuple[str, str], dict[str, str]]:
    text = files(__package__).joinpath("record_words.csv").read_text(encoding="utf-8")
    return {(row["part"], row["field"]): row for row in csv.DictReader(text.splitlines())}
