"""Search among our definitions, which are few: each is looked at.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.interop.fhir.definitions.metadata import rows
from app.interop.fhir.elements import Json

_IDENTIFIER = ("identifier",)


@dataclass(frozen=True, slots=True)
class Search:
    """A search parameter. kind: token, uri or string; element: where its values stand; reference: its definition."""

    code: str
    kind: str
    element: tuple[str, ...]
    reference: str


@cache
def searches(resource_type: str) -> dict[str, Search]:
    """The parameters of a type by code, as the table ``searches.csv`` has them."""
    mine = [row for row in rows("searches") if row["type"] in ("", resource_type)]
    return {
        row["code"]: Search(row["code"], row["kind"], tuple(row["element"].split(".")), row["reference"])
        for row in mine
    }


def found(definitions: Iterable[Json], resource_type: str, asked: Iterable[tuple[str, str]]) -> list[Json]:
    """The definitions that meet every parameter. asked: (code, values with commas between), codes of `searches`."""
    criteria = [(searches(resource_type)[code], text.split(",")) for code, text in asked]
    return [one for one in definitions if all(_meets(one, search, texts) for search, texts in criteria)]


def _meets(definition: Json, search: Search, texts: list[str]) -> bool:
    """Whether one of the values is one of those that are asked for."""
    if search.element == _IDENTIFIER:
        return not {text for one in definition["identifier"] for text in _named(one)}.isdisjoint(texts)
    held = list(_values(definition, search.element))
    if search.kind == "string":
        return any(value.lower().startswith(text.lower()) for value in held for text in texts)
    # The system of a code of the standard is known, so it may be named and is not looked at.
    wanted = {text.rpartition("|")[2] if search.kind == "token" else text for text in texts}
    return not wanted.isdisjoint(held)


def _named(identifier: Json) -> tuple[str, ...]:
    """How an Identifier may be asked for: by its value, with its system or without, or by its system."""
    system, value = identifier["system"], identifier["value"]
    return value, f"{system}|{value}", f"{system}|"


def _values(node: Any, element: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _values(item, element)
    elif not element:
        yield str(node)
    elif isinstance(node, dict) and element[0] in node:
        yield from _values(node[element[0]], element[1:])
