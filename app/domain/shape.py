"""What may stand at a place of a record: field names, words and bounds, as its JSON Schema has them.

https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from app.domain.record import Sent

Node = dict[str, Any]


def names_at(model: type[Sent], location: Sequence[str | int]) -> tuple[str, ...]:
    """Names of the fields of the object that stands there."""
    return tuple(name for node in _nodes(model, location) for name in node.get("properties", ()))


def words_at(model: type[Sent], location: Sequence[str | int]) -> tuple[str, ...]:
    """The closed vocabulary of a place; empty where it has none."""
    nodes = _nodes(model, location)
    return tuple(word for node in nodes for word in (*node.get("enum", ()), *_constant(node)))


def range_at(model: type[Sent], location: Sequence[str | int]) -> str | None:
    """`1 to 5` where a number has both bounds."""
    for node in _nodes(model, location):
        if "minimum" in node and "maximum" in node:
            return f"{node['minimum']} to {node['maximum']}"
    return None


def _constant(node: Node) -> tuple[str, ...]:
    return (node["const"],) if "const" in node else ()


@cache
def _schema(model: type[Sent]) -> Node:
    return model.model_json_schema()


def _nodes(model: type[Sent], location: Sequence[str | int]) -> list[Node]:
    """Every form that the place may have."""
    root = _schema(model)
    nodes = [root]
    for part in location:
        nodes = [form for node in nodes for child in _child(node, part) for form in _forms(root, child)]
    return nodes


def _child(node: Node, part: str | int) -> Iterator[Node]:
    if isinstance(part, int):
        found = node.get("items")
    else:
        found = node.get("properties", {}).get(part, node.get("additionalProperties"))
    if isinstance(found, dict):
        yield found


def _forms(root: Node, node: Node) -> Iterator[Node]:
    """A node with its references followed, each alternative by itself."""
    if "$ref" in node:
        yield from _forms(root, root["$defs"][node["$ref"].rpartition("/")[2]])
    elif "anyOf" in node:
        for part in node["anyOf"]:
            yield from _forms(root, part)
    else:
        yield node
