"""The parts of a record as a tree of leaves, and the filling of it from one row.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Issue
from app.interop.mapping.leaf import Leaf
from app.interop.mapping.row import Row
from app.interop.mapping.scope import Scope
from app.interop.mapping.unreadable import Unreadable

TWICE = "the row says this both as one value and in its parts"
Found = dict[str, tuple[Row, str]]


@dataclass(slots=True)
class Node:
    """A part of a record: its values, its parts, and its arrays, each of values or of parts."""

    leaves: dict[str, Leaf] = field(default_factory=dict)
    parts: dict[str, Node] = field(default_factory=dict)
    arrays: dict[str, list[Node | Leaf]] = field(default_factory=dict)

    def every_leaf(self) -> Iterator[tuple[str, Leaf]]:
        """All leaves below, each with its path."""
        yield from self.leaves.items()
        for name, part in self.parts.items():
            for path, leaf in part.every_leaf():
                yield f"{name}.{path}", leaf
        for name, elements in self.arrays.items():
            for element in elements:
                inner = [("", element)] if isinstance(element, Leaf) else element.every_leaf()
                for path, leaf in inner:
                    yield f"{name}[].{path}".rstrip("."), leaf


@dataclass(slots=True)
class Filling:
    """A record in the making. found: the row and the column behind each path; told: whether any column had a value."""

    row: Row
    scope: Scope
    raw: dict[str, Any] = field(default_factory=dict)
    found: Found = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    notes: list[Issue] = field(default_factory=list)
    told: bool = False

    def value(self, leaf: Leaf, path: str) -> tuple[Any, bool]:
        """(what a leaf says, whether one of its columns did); a cell that cannot be read is an issue of its place."""
        try:
            value = leaf.read(self.row.cells, self.scope)
        except Unreadable as error:
            self.issues.append(error.at(path, self.place(leaf)))
            self.told = True
            return None, True
        if self.scope.notes:
            place = self.place(leaf)
            self.notes += [Issue(path, "informational", note, place=place) for note in self.scope.notes]
            self.scope.notes.clear()
        if leaf.columns:
            self.found[path] = (self.row, leaf.columns[0])
        told = leaf.own and value is not None
        self.told |= told
        return value, told

    def place(self, leaf: Leaf) -> str:
        """Where the leaf's value stands."""
        return self.row.at(leaf.columns[0]) if leaf.columns else self.row.place


def fill(node: Node, filling: Filling, into: dict[str, Any], path: str = "") -> bool:
    """Put what a row says into a part of a record; whether one of its columns had a value."""
    told = False
    for name, leaf in node.leaves.items():
        value, said = filling.value(leaf, path + name)
        told |= said
        if value is not None:
            into[name] = value
    for name, part in node.parts.items():
        inner: dict[str, Any] = {}
        if fill(part, filling, inner, f"{path}{name}."):
            if not isinstance(into.setdefault(name, {}), dict):
                filling.issues.append(Issue(path + name, "conflict", TWICE, "one of the two", filling.row.place))
            else:
                into[name] |= inner
            told = True
    for name, elements in node.arrays.items():
        values = _elements(elements, filling, path + name)
        if values:
            into[name] = values
            told = True
    return told


def _elements(elements: list[Node | Leaf], filling: Filling, path: str) -> list[Any]:
    """The elements that say something, without gaps between them."""
    values: list[Any] = []
    for element in elements:
        place = f"{path}[{len(values)}]"
        if isinstance(element, Leaf):
            value, told = filling.value(element, place)
        else:
            value = {}
            told = fill(element, filling, value, f"{place}.")
        if told and value is not None:
            values.append(value)
    return values
