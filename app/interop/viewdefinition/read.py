"""From the JSON of a ViewDefinition to its checked form.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html
"""

from __future__ import annotations

import re
from typing import Any

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath.types import PRIMITIVES, suffix
from app.interop.viewdefinition.model import Column, Select, View

Json = dict[str, Any]
MAX_SELECTS = 16
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}", re.ASCII)
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,63}", re.ASCII)
_ELEMENT = frozenset({"id", "extension"})
_OF_SELECT = _ELEMENT | {"column", "select", "unionAll", "forEach", "forEachOrNull", "repeat"}
_OF_COLUMN = _ELEMENT | {"name", "path", "description", "collection", "type", "tag"}
_OF_WHERE = _ELEMENT | {"path", "description"}
_OF_VIEW = _ELEMENT | {
    *("resourceType", "meta", "implicitRules", "language", "text", "contained", "url", "identifier", "version"),
    *("versionAlgorithmString", "versionAlgorithmCoding", "name", "title", "status", "experimental", "date"),
    *("publisher", "contact", "description", "useContext", "jurisdiction", "purpose", "copyright", "copyrightLabel"),
    *("fhirVersion", "profile", "resource", "constant", "where", "select"),
}
# A constant is of a primitive type; longer types have no equality here.
_VALUES = frozenset(f"value{suffix(name)}" for name in PRIMITIVES)


def read(body: Any) -> View:
    """The view of a ViewDefinition. ViewError names the place of the first thing that is wrong."""
    found = _object(body, "ViewDefinition", _OF_VIEW)
    if found.get("resourceType", "ViewDefinition") != "ViewDefinition":
        raise ViewError("not a ViewDefinition", "resourceType")
    resource = found.get("resource")
    if not isinstance(resource, str) or not _TYPE.fullmatch(resource):
        raise ViewError("the type of the resources is required", "resource")
    selects = _selects(found, "select", "", 1)
    if not selects:
        raise ViewError("at least one select is required", "select")
    name = found.get("name", resource)
    if not isinstance(name, str):
        raise ViewError("must be a text", "name")
    return View(resource, name, _constants(found), _where(found), selects)


def _object(value: Any, place: str, known: frozenset[str]) -> Json:
    """An object whose elements are all known: one misspelt would otherwise change the table in silence."""
    if not isinstance(value, dict):
        raise ViewError("must be an object", place)
    unknown = sorted(name for name in value if name.removeprefix("_") not in known)
    if unknown:
        raise ViewError(f"unknown element; known are {', '.join(sorted(known))}", place)
    return value


def _objects(parent: Json, name: str, place: str, known: frozenset[str]) -> list[tuple[str, Json]]:
    """The objects of an array with their places."""
    found = parent.get(name, [])
    where = f"{place}.{name}" if place else name
    if not isinstance(found, list):
        raise ViewError("must be an array", where)
    return [(f"{where}[{index}]", _object(item, f"{where}[{index}]", known)) for index, item in enumerate(found)]


def _text(parent: Json, name: str, place: str) -> str:
    found = parent.get(name)
    if not isinstance(found, str) or not found.strip():
        raise ViewError("a text is required", f"{place}.{name}")
    return found


def _constants(view: Json) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, item in _objects(view, "constant", "", _ELEMENT | _VALUES | {"name"}):
        name = _name(item, place)
        values = [value for key, value in item.items() if key in _VALUES]
        if len(values) != 1 or isinstance(values[0], dict | list) or values[0] is None:
            raise ViewError("exactly one value of a primitive type is required", place)
        if name in found:
            raise ViewError("another constant has this name", place)
        found[name] = values[0]
    return found


def _where(view: Json) -> tuple[str, ...]:
    return tuple(_text(item, "path", place) for place, item in _objects(view, "where", "", _OF_WHERE))


def _name(item: Json, place: str) -> str:
    found = _text(item, "name", place)
    if not _NAME.fullmatch(found):
        raise ViewError("a name begins with a letter, then letters, digits and _", f"{place}.name")
    return found


def _selects(parent: Json, name: str, place: str, depth: int) -> tuple[Select, ...]:
    if depth > MAX_SELECTS and name in parent:
        raise ViewError(f"selects are nested deeper than {MAX_SELECTS} levels", place)
    return tuple(_select(item, where, depth) for where, item in _objects(parent, name, place, _OF_SELECT))


def _select(item: Json, place: str, depth: int) -> Select:
    ways = [name for name in ("forEach", "forEachOrNull", "repeat") if name in item]
    if len(ways) > 1:
        raise ViewError(f"{' and '.join(ways)} exclude each other", place)
    way = ways[0] if ways else None
    return Select(
        place,
        tuple(_column(column, where) for where, column in _objects(item, "column", place, _OF_COLUMN)),
        _selects(item, "select", place, depth + 1),
        _selects(item, "unionAll", place, depth + 1),
        _text(item, way, place) if way in ("forEach", "forEachOrNull") else None,
        way == "forEachOrNull",
        _repeat(item, place) if way == "repeat" else (),
    )


def _repeat(item: Json, place: str) -> tuple[str, ...]:
    found = item["repeat"]
    if not isinstance(found, list) or not found or not all(isinstance(path, str) for path in found):
        raise ViewError("an array of paths is required", f"{place}.repeat")
    return tuple(found)


def _column(item: Json, place: str) -> Column:
    collection, type_ = item.get("collection", False), item.get("type")
    if not isinstance(collection, bool):
        raise ViewError("must be true or false", f"{place}.collection")
    if type_ is not None and not isinstance(type_, str):
        raise ViewError("must be a text", f"{place}.type")
    return Column(_name(item, place), _text(item, "path", place), type_, collection)
