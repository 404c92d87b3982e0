"""An answer of the service as Parameters: one parameter for each name, parts for what lies inside.

https://hl7.org/fhir/R4/parameters.html
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from app.domain.dates import parse_date
from app.interop.fhir.elements import Json, data_absent_extension, date_time

MOST_INTEGER = 2**31 - 1
_TEXT = {"type": "string", "absent": "unknown"}


def parameters(answer: Mapping[str, Any]) -> Json:
    """The whole answer. What is null stays visible, with the reason why no value is there; empty lists are left out."""
    return {"resourceType": "Parameters", "parameter": _parts(answer)}


def _parts(answer: Mapping[str, Any]) -> list[Json]:
    return [item for name, value in answer.items() for item in _parameter(name, value)]


def _parameter(name: str, value: Any) -> list[Json]:
    if isinstance(value, list):
        return [item for one in value for item in _parameter(name, one)]
    if isinstance(value, dict):
        return [{"name": name, "part": _parts(value)}] if value else []
    row = _types().get(name, _TEXT)
    if value is None:
        return [{"name": name, "_valueString": data_absent_extension(row["absent"])}]
    return [{"name": name, **_value(value, row["type"])}]


def _value(value: Any, type_: str) -> Json:
    """The value[x] of a scalar. type_: that of a text; of a date the one that its precision needs."""
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int) and abs(value) <= MOST_INTEGER:
        return {"valueInteger": value}
    if isinstance(value, (int, float, Decimal)):
        return {"valueDecimal": value}
    if type_ == "Reference":
        return {"valueReference": {"reference": value}}
    if type_ == "date":
        parsed = parse_date(value)
        return {"valueDateTime": date_time(parsed)} if parsed.precision == "time" else {"valueDate": value}
    return {f"value{type_.capitalize()}": value}


@cache
def _types() -> dict[str, dict[str, str]]:
    """What the texts of these names are, and why there is none where they are null."""
    text = files("app.interop.fhir.tables").joinpath("answer_types.csv").read_text(encoding="utf-8")
    return {row["name"]: row for row in csv.DictReader(text.splitlines())}
