"""What a `$run` is asked: the parameters of its query and of the Parameters resource in its body.

https://sql-on-fhir.org/ig/operations-run.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.dates import parse_date
from app.domain.errors import Category, Fault, Issue, bad_parameter

Json = dict[str, Any]
Given = list[tuple[str, Any]]
NAMES = ("viewReference", "viewResource", "_format", "header", "_limit", "_since", "patient", "resource")
IN_QUERY = tuple(name for name in NAMES if name not in ("viewResource", "resource"))
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_PATIENT = re.compile(r"(?:Patient/)?([A-Za-z0-9.-]{1,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """One `$run`. view: the ViewDefinition itself; reference: where it is instead; resources: what to run it on
    instead of the store; since: an instant, as text; patients: ids, () for everybody.
    """

    view: Any
    reference: str | None
    format: str | None
    header: bool
    limit: int | None
    since: str | None
    patients: tuple[str, ...]
    resources: tuple[Json, ...] | None


def asked(body: Any, query: Sequence[tuple[str, str]]) -> Asked:
    """The parameters of a body (None without one; a ViewDefinition counts as viewResource) and of a query.

    Fault for what is unknown, cannot be used or is said twice.
    """
    given = [*_of_body(body), *query]
    unknown = sorted({name for name, _ in given if name not in NAMES})
    if unknown:
        issue = Issue("parameter", "not-supported", "unknown parameter", ", ".join(NAMES))
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return Asked(
        _one(given, "viewResource"),
        _text(given, "viewReference", "a reference such as ViewDefinition/labs"),
        _text(given, "_format", "a code"),
        _header(given),
        _limit(given),
        _since(given),
        tuple(_patient(value) for value in _every(given, "patient")),
        _resources(given),
    )


def _resources(given: Given) -> tuple[Json, ...] | None:
    found = tuple(_every(given, "resource"))
    if not all(isinstance(resource, dict) for resource in found):
        raise bad_parameter("resource", "a resource")
    if found and {"_since", "patient"} & set(dict(given)):
        raise bad_parameter("resource", "without _since and patient, which choose among the stored resources")
    return found or None


def _of_body(body: Any) -> Given:
    if body is None:
        return []
    kind = body.get("resourceType") if isinstance(body, dict) else None
    if kind == "ViewDefinition":
        return [("viewResource", body)]
    found = body.get("parameter", []) if kind == "Parameters" else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        issue = Issue("", "structure", "the body cannot be read", "Parameters or a ViewDefinition")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return [(str(item.get("name")), _value(item)) for item in found]


def _value(item: Json) -> Any:
    """The resource of a parameter, or its value; of a Reference the reference."""
    if "resource" in item:
        return item["resource"]
    values = [value for name, value in item.items() if name.startswith("value")]
    value = values[0] if len(values) == 1 else None
    return value.get("reference") if isinstance(value, dict) else value


def _every(given: Iterable[tuple[str, Any]], name: str) -> list[Any]:
    return [value for found, value in given if found == name]


def _one(given: Given, name: str) -> Any:
    values = _every(given, name)
    if len(values) > 1:
        raise bad_parameter(name, "one value")
    return values[0] if values else None


def _text(given: Given, name: str, expected: str) -> str | None:
    found = _one(given, name)
    if name in dict(given) and not isinstance(found, str):
        raise bad_parameter(name, expected)
    return None if found is None else str(found)


def _header(given: Given) -> bool:
    found = _one(given, "header")
    known = {None: True, True: True, False: False, "true": True, "false": False}
    if "header" in dict(given) and found is None or isinstance(found, dict | list) or found not in known:
        raise bad_parameter("header", "true or false")
    return known[found]


def _limit(given: Given) -> int | None:
    found = _one(given, "_limit")
    if "_limit" not in dict(given):
        return None
    if isinstance(found, bool) or not _NUMBER.fullmatch(str(found)):
        raise bad_parameter("_limit", "a whole number of rows")
    return int(found)


def _since(given: Given) -> str | None:
    expected = "an instant such as 2026-07-01T00:00:00Z"
    found = _text(given, "_since", expected)
    if found is None:
        return None
    # A '+' in a query string is a blank.
    text = found.replace(" ", "+")
    try:
        parsed = parse_date(text)
    except ValueError:
        raise bad_parameter("_since", expected) from None
    if parsed.instant is None:
        raise bad_parameter("_since", expected)
    return text


def _patient(value: Any) -> str:
    match = _PATIENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise bad_parameter("patient", "a reference such as Patient/id")
    return match[1]
