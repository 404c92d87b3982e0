"""A value against a StructureDefinition: cardinality, types, fixed values, patterns, bindings and slices.

https://hl7.org/fhir/R4/profiling.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.rules import target_type
from app.interop.fhir.validate.codes import bound
from app.interop.fhir.validate.finding import Finding, finding
from app.interop.fhir.validate.tree import CHOICE, Node
from app.interop.fhir.validate.values import Item, below, holds, items


def inside(node: Node, value: Any, path: str) -> Iterator[Finding]:
    """What the elements below `node` say of a value that lies at `path`."""
    if isinstance(value, dict):
        for child in node.children.values():
            yield from _element(child, items(value, child.name, path), below(path, child.name.removesuffix(CHOICE)))


def _element(node: Node, found: list[Item], path: str) -> Iterator[Finding]:
    yield from counted(node.rule, len(found), path)
    for item in found:
        yield from _item(node, item)
    for slice_ in node.slices.values():
        yield from _element(slice_, [item for item in found if _is_of(node, slice_, item)], path)


def counted(rule: Json, number: int, path: str) -> Iterator[Finding]:
    """Too few or too many. number: how many there are at `path`."""
    of = f" ({rule['sliceName']})" if "sliceName" in rule else ""
    if number < rule.get("min", 0):
        yield finding("error", path, "required", f"this element is required by the profile{of}")
    elif rule.get("max", "*") != "*" and number > int(rule["max"]):
        yield finding("error", path, "structure", f"the profile allows fewer of these{of}", f"at most {rule['max']}")


def _item(node: Node, item: Item) -> Iterator[Finding]:
    rule = node.rule
    kinds = {kind["code"] for kind in rule.get("type", ())}
    if node.name.endswith(CHOICE) and kinds and _kind(node, item) not in {name[0].upper() + name[1:] for name in kinds}:
        yield finding("error", item.path, "structure", "not a type that the profile allows", ", ".join(sorted(kinds)))
        return
    yield from _target(rule, item)
    if not _fits(rule, item.value):
        yield finding("error", item.path, "value", "not the value that the profile asks for")
    if "binding" in rule:
        yield from bound(rule["binding"], item)
    yield from inside(node, item.value, item.path)


def _kind(node: Node, item: Item) -> str:
    return item.name.removeprefix(node.name.removesuffix(CHOICE))


def _target(rule: Json, item: Item) -> Iterator[Finding]:
    """A reference that says where it leads must lead where the profile allows."""
    profiles = [url for kind in rule.get("type", ()) for url in kind.get("targetProfile", ())]
    allowed, target = {url.rpartition("/")[2] for url in profiles}, target_type(item.value)
    if allowed and target is not None and target not in allowed:
        yield finding("error", item.path, "value", "a reference to a wrong type", ", ".join(sorted(allowed)))


def _fits(rule: Json, value: Any) -> bool:
    """Whether the value is the fixed one and holds the pattern, where there are such."""
    fixed = [wanted for name, wanted in rule.items() if name.startswith("fixed")]
    patterns = [wanted for name, wanted in rule.items() if name.startswith("pattern")]
    return all(value == wanted for wanted in fixed) and all(holds(value, wanted) for wanted in patterns)


def _is_of(node: Node, slice_: Node, item: Item) -> bool:
    """Whether the discriminators of the slicing tell that an item is of this slice."""
    paths = [one["path"] for one in node.rule["slicing"]["discriminator"]]
    return isinstance(item.value, dict) and all(
        _fits(slice_.children[path].rule, item.value.get(path)) for path in paths
    )
