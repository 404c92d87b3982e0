"""Codes of our own terminology: required value sets, and codings of our code system.

https://hl7.org/fhir/R4/terminologies.html
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from app.interop.fhir.definitions.published import by_url
from app.interop.fhir.elements import Json
from app.interop.fhir.rules import codings
from app.interop.fhir.validate.finding import Finding, finding
from app.interop.fhir.validate.values import Item, below
from app.terminology.systems import ENGRAFT


def bound(binding: Json, item: Item) -> Iterator[Finding]:
    """The finding for a value that has no code of a required value set, where the set is one of ours."""
    url = binding["valueSet"].partition("|")[0]
    if binding["strength"] != "required" or url not in by_url():
        return
    known = members(url)
    of_this = item.value in {code for _, code in known} if isinstance(item.value, str) else _codes(item.value) & known
    if not of_this:
        yield finding("error", item.path, "code-invalid", "no code of the required value set", by_url()[url]["title"])


def _codes(value: Any) -> set[tuple[Any, Any]]:
    """(system, code) of a CodeableConcept, a Coding or a Quantity."""
    alone = [value] if isinstance(value, dict) and "code" in value else []
    return {(str(one.get("system")), str(one.get("code"))) for one in [*codings(value), *alone]}


@cache
def members(value_set: str) -> frozenset[tuple[str, str]]:
    """(system, code) of every concept of one of our value sets."""
    included = by_url()[value_set]["compose"]["include"]
    return frozenset((part["system"], concept["code"]) for part in included for concept in part["concept"])


def own_codings(node: Any, path: str = "") -> Iterator[Finding]:
    """Findings for codings of our code system, at any depth, that it does not have or that it displays otherwise."""
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from own_codings(one, f"{path}[{index}]")
    elif isinstance(node, dict):
        if node.get("system") == ENGRAFT and "code" in node:
            yield from _own(node, path)
        for name, value in node.items():
            yield from own_codings(value, below(path, name))


def _own(coding: Json, path: str) -> Iterator[Finding]:
    display = _displays().get(str(coding["code"]))
    if display is None:
        yield finding("error", f"{path}.code", "code-invalid", "not a code of our code system", ENGRAFT)
    elif coding.get("display", display) != display:
        yield finding("warning", f"{path}.display", "value", "not the display of this code", display)


@cache
def _displays() -> dict[str, str]:
    return {concept["code"]: concept["display"] for concept in by_url()[ENGRAFT]["concept"]}
