"""The differential of a StructureDefinition as a tree.

https://hl7.org/fhir/R4/elementdefinition.html#id
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from app.interop.fhir.definitions.published import by_url
from app.interop.fhir.elements import Json

CHOICE = "[x]"


@dataclass(slots=True)
class Node:
    """An element. name: the last of its path; rule: what the differential says of it; slices: by their names."""

    name: str
    rule: Json = field(default_factory=dict)
    children: dict[str, Node] = field(default_factory=dict)
    slices: dict[str, Node] = field(default_factory=dict)


@cache
def tree_of(url: str, release: int) -> Node:
    """The tree of one of our definitions. KeyError where there is none of that address."""
    return tree(by_url(release)[url])


def tree(definition: Json) -> Node:
    """The root element of a definition, with all that lies below it."""
    root = Node(definition["type"])
    for element in definition["differential"]["element"]:
        _place(root, element["id"]).rule = element
    return root


def _place(root: Node, identity: str) -> Node:
    node = root
    for segment in identity.split(".")[1:]:
        name, _, slice_ = segment.partition(":")
        node = node.children.setdefault(name, Node(name))
        if slice_:
            node = node.slices.setdefault(slice_, Node(name))
    return node
