"""Values of a resource as the elements of a definition meet them.

https://hl7.org/fhir/R4/elementdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.structure import ELEMENT_NAME
from app.interop.fhir.validate.tree import CHOICE


@dataclass(frozen=True, slots=True)
class Item:
    """One value of an element. name: as it stands in the resource; path: its place there."""

    name: str
    path: str
    value: Any


def items(node: Json, element: str, path: str) -> list[Item]:
    """The values of an element of `node`, which lies at `path`; those of a choice whatever their type."""
    return [item for name in _names(node, element) for item in _of(node, name, path)]


def _names(node: Json, element: str) -> Iterator[str]:
    """Names under which the element stands there; a primitive that has nothing but extensions too."""
    for name in dict.fromkeys(key.removeprefix("_") for key in node):
        base = element.removesuffix(CHOICE)
        is_choice = base != element and name.startswith(base) and name[len(base) :][:1].isupper()
        if name == element or is_choice:
            yield name


def _of(node: Json, name: str, path: str) -> Iterator[Item]:
    value = node.get(name)
    if isinstance(value, list):
        yield from (Item(name, below(path, f"{name}[{index}]"), one) for index, one in enumerate(value))
    else:
        yield Item(name, below(path, name), value)


def below(path: str, name: str) -> str:
    """The place of an element; what does not look like a name is not repeated."""
    known = name if ELEMENT_NAME.fullmatch(name.partition("[")[0]) else ""
    return f"{path}.{known}".strip(".")


def holds(value: Any, pattern: Any) -> bool:
    """Whether a value has all that a pattern asks for (https://hl7.org/fhir/R4/elementdefinition-definitions.html)."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(name in value and holds(value[name], pattern[name]) for name in pattern)
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(holds(one, wanted) for one in value) for wanted in pattern)
    return bool(value == pattern)
