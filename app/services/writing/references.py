"""References of a client's resources on their way in: to entries of the same transaction, by a search, to ourselves.

https://hl7.org/fhir/R4/http.html#trules ; https://hl7.org/fhir/R4/http.html#transactional-integrity
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.structure import MODELS

Find = Callable[[str, str, str], list[str]]


def rewrite(body: dict[str, Any], entries: Mapping[str, str], base: str, find: Find, place: str) -> dict[str, Any]:
    """The resource with relative references in place of others that mean one of our resources.

    entries: full URL of an entry -> its "Type/id"; find: (type, condition, place) -> ids of at most two matches.
    Fault for a `urn:uuid` that no entry bears, and for a condition that not exactly one resource meets. What leads
    elsewhere stays as it is.
    """
    own = f"{base}/"

    def reference(literal: str) -> str:
        whole, mark, fragment = literal.partition("#")
        if whole in entries:
            return entries[whole] + mark + fragment
        if literal.startswith("urn:uuid:"):
            raise _fault(Category.MALFORMED, place, "not-found", "a urn:uuid that no entry of the transaction bears")
        local = literal.removeprefix(own)
        type_, mark, condition = local.partition("?")
        if mark and type_ in MODELS:
            return _match(type_, condition, find, place)
        return local if local.partition("/")[0] in MODELS else literal

    found: dict[str, Any] = _walk(body, reference)
    return found


def unconditional(body: dict[str, Any]) -> dict[str, Any]:
    """The resource with references that may stand where it has conditional ones, for the check of its form."""
    found: dict[str, Any] = _walk(body, lambda literal: _CONDITIONAL.sub(r"\1/conditional", literal))
    return found


_CONDITIONAL = re.compile(r"^([A-Z][A-Za-z]{0,63})\?.*$", re.ASCII | re.DOTALL)


def _walk(node: Any, reference: Callable[[str], str]) -> Any:
    if isinstance(node, list):
        return [_walk(item, reference) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: reference(value) if name == "reference" and isinstance(value, str) else _walk(value, reference)
        for name, value in node.items()
    }


def _match(type_: str, condition: str, find: Find, place: str) -> str:
    matches = find(type_, condition, place)
    if len(matches) == 1:
        return f"{type_}/{matches[0]}"
    code, words = ("multiple-matches", "several resources") if matches else ("not-found", "no resource")
    raise _fault(Category.PRECONDITION, place, code, f"a conditional reference: {words} of this type met its condition")


def _fault(category: Category, place: str, code: str, message: str) -> Fault:
    return Fault(category, message, (Issue(place, code, message),))


def local_references(node: Any) -> set[tuple[str, str]]:
    """(type, id) of every relative reference in a resource."""
    found: set[tuple[str, str]] = set()
    if isinstance(node, list):
        for item in node:
            found |= local_references(item)
    elif isinstance(node, dict):
        literal = node.get("reference")
        parts = literal.split("/") if isinstance(literal, str) else []
        if len(parts) in (2, 4) and parts[0] in MODELS:
            found.add((parts[0], parts[1]))
        for value in node.values():
            if isinstance(value, (dict, list)):
                found |= local_references(value)
    return found
