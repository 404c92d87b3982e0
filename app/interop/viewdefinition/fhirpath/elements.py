"""Elements of a JSON object under the names that FHIRPath has for them.

https://hl7.org/fhirpath/N1/#path-selection ; https://hl7.org/fhir/R4/fhirpath.html#polymorphism
"""

from __future__ import annotations

from typing import Any

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath.types import CHOICE_SUFFIXES, is_of, suffix

Items = list[Any]


def items(value: Any) -> Items:
    """A JSON value as a collection. Nobody may change it: it can be the resource's own list."""
    if isinstance(value, list):
        return [item for item in value if item is not None] if None in value else value
    return [] if value is None else [value]


def children(item: Any, name: str) -> Items:
    """The element of that name, or the choice of that name, whichever of its types is there."""
    if not isinstance(item, dict):
        return []
    value = item.get(name)
    if value is None:
        value = _choice(item, name)
    return items(value)


def _choice(item: dict[str, Any], name: str) -> Any:
    start = len(name)
    for key in item:
        if key.startswith(name) and key[start:] in CHOICE_SUFFIXES:
            return item[key]
    return None


def chosen(item: Any, name: str, type_: str) -> Items:
    """The element of that name where it is of that type."""
    if not isinstance(item, dict):
        return []
    if name in item:
        return [child for child in items(item[name]) if is_of(child, type_)]
    return items(item.get(name + suffix(type_)))


def extensions(item: Any, url: str) -> Items:
    """The extensions of an object that bear a URL."""
    found = items(item.get("extension")) if isinstance(item, dict) else []
    return [extension for extension in found if isinstance(extension, dict) and extension.get("url") == url]


def element_extensions(item: Any, name: str, url: str) -> Items:
    """The extensions of an element; those of a primitive element stand beside it, under ``_name``."""
    beside = items(item.get(f"_{name}")) if isinstance(item, dict) else []
    return [found for child in [*children(item, name), *beside] for found in extensions(child, url)]


def resource_key(item: Any) -> Items:
    """What joins a resource to the references to it: its id."""
    if not isinstance(item, dict) or "resourceType" not in item:
        raise ViewError("getResourceKey() is asked of what is no resource")
    return items(item.get("id"))


def reference_key(item: Any, type_: str | None) -> Items:
    """The key of the resource that a Reference leads to, where it is of that type."""
    reference = item.get("reference") if isinstance(item, dict) else item
    if not isinstance(reference, str) or reference.startswith("#"):
        return []
    parts = reference.partition("/_history/")[0].split("/")
    if len(parts) < 2 or (type_ is not None and parts[-2] != type_):
        return []
    return [parts[-1]]
