"""The Parameters that are sent to an operation, as pairs of name and text.

https://hl7.org/fhir/R4/parameters.html
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.domain.errors import Category, Fault, Issue


def pairs(body: Any) -> list[tuple[str, str]]:
    """Every parameter in its order; of a Reference its address, of a number its digits.

    Fault MALFORMED where the body holds something else.
    """
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise _refused("", "must be a Parameters resource")
    found = body.get("parameter", [])
    if not isinstance(found, list):
        raise _refused("parameter", "must be an array")
    return [_pair(f"parameter[{place}]", item) for place, item in enumerate(found)]


def _pair(place: str, item: Any) -> tuple[str, str]:
    values = [value for name, value in item.items() if name.startswith("value")] if isinstance(item, dict) else []
    if len(values) != 1 or not isinstance(item.get("name"), str):
        raise _refused(place, "must have a name and one value")
    [value] = values
    text = value.get("reference") if isinstance(value, dict) else value
    if isinstance(text, bool):
        text = "true" if text else "false"
    if not isinstance(text, str | int | Decimal):
        raise _refused(place, "must have a text, a number, a truth or a reference as its value")
    return item["name"], str(text)


def _refused(place: str, message: str) -> Fault:
    return Fault(Category.MALFORMED, message, (Issue(place, "structure", message),))
