"""What a `$validate` is asked: a resource alone or in Parameters, the mode and the profiles.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Category, Fault, Issue, bad_parameter

NAMES = ("resource", "mode", "profile")
IN_QUERY = ("mode", "profile")
# https://hl7.org/fhir/R4/valueset-resource-validation-mode.html
MODES = ("create", "update", "delete", "profile")


@dataclass(frozen=True, slots=True)
class Asked:
    """resource: what is to be validated, None where nothing was sent; mode: one of MODES; profiles: addresses."""

    resource: Any
    mode: str | None
    profiles: tuple[str, ...]


def asked(body: Any, query: Iterable[tuple[str, str]]) -> Asked:
    """The parameters of a body (None without one) and of a query. Fault MALFORMED for what is unknown or said twice."""
    given = [*_of_body(body), *query]
    if not {name for name, _ in given} <= set(NAMES):
        issue = Issue("parameter", "not-supported", "unknown parameter", ", ".join(NAMES))
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    mode = _one(given, "mode")
    if mode is not None and mode not in MODES:
        raise bad_parameter("mode", ", ".join(MODES))
    profiles = tuple(value for name, value in given if name == "profile")
    if not all(isinstance(url, str) for url in profiles):
        raise bad_parameter("profile", "the address of a StructureDefinition")
    return Asked(_one(given, "resource"), mode, profiles)


def _one(given: list[tuple[str, Any]], name: str) -> Any:
    values = [value for one, value in given if one == name]
    if len(values) > 1:
        raise bad_parameter(name, "once")
    return values[0] if values else None


def _of_body(body: Any) -> list[tuple[str, Any]]:
    """The parameters of a Parameters resource; anything else is the resource itself."""
    if body is None:
        return []
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        return [("resource", body)]
    found = body.get("parameter", [])
    if not isinstance(found, list) or not all(
        isinstance(item, dict) and isinstance(item.get("name"), str) for item in found
    ):
        issue = Issue("parameter", "structure", "the parameters cannot be read", "an array of parameters with names")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return [(item["name"], _value(item)) for item in found]


def _value(item: dict[str, Any]) -> Any:
    """The resource of a parameter, or its value[x]."""
    return next((value for name, value in item.items() if name == "resource" or name.startswith("value")), None)
