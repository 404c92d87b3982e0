"""Our extensions as StructureDefinitions.

https://hl7.org/fhir/R4/defining-extensions.html
"""

from __future__ import annotations

import re
from typing import Any

from app.interop.fhir.definitions.metadata import FHIR_VERSIONS, header, rows, value_set_url
from app.interop.fhir.invariants import Release

_TYPE = re.compile(r"(\w+)(?:\((\w+)\))?")
_FHIR = "http://hl7.org/fhir/StructureDefinition"


def extension_definitions(release: Release = "R4") -> list[dict[str, Any]]:
    """One StructureDefinition an extension."""
    return [_definition(row, release) for row in rows("extensions")]


def _definition(row: dict[str, str], release: Release) -> dict[str, Any]:
    head = header("StructureDefinition", row["name"], row["title"], row["description"])
    parts = [part for part in rows("extension_parts") if part["extension"] == row["name"]]
    elements = _complex(parts) if parts else _simple(row)
    root = {"id": "Extension", "path": "Extension", "short": row["title"], "definition": row["description"]}
    url = {"id": "Extension.url", "path": "Extension.url", "fixedUri": head["url"]}
    return {
        **head,
        "fhirVersion": FHIR_VERSIONS[release],
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": name} for name in row["context"].split()],
        "type": "Extension",
        "baseDefinition": f"{_FHIR}/Extension",
        "derivation": "constraint",
        "differential": {"element": [{**root, "min": 0, "max": row["max"]}, *elements[:-1], url, elements[-1]]},
    }


def _simple(row: dict[str, str]) -> list[dict[str, Any]]:
    inside = {"id": "Extension.extension", "path": "Extension.extension", "max": "0"}
    return [inside, {**_value("Extension", "Extension", row["type"], row["value_set"]), "min": 1}]


def _complex(parts: list[dict[str, str]]) -> list[dict[str, Any]]:
    slicing = {
        "id": "Extension.extension",
        "path": "Extension.extension",
        "slicing": {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"},
        "min": max(1, sum(int(part["min"]) for part in parts)),
    }
    none = {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"}
    return [slicing, *(element for part in parts for element in _part(part)), none]


def _part(part: dict[str, str]) -> list[dict[str, Any]]:
    identity, path = f"Extension.extension:{part['part']}", "Extension.extension"
    slice_ = {"id": identity, "path": path, "sliceName": part["part"], "min": int(part["min"]), "max": "1"}
    return [
        slice_,
        {"id": f"{identity}.extension", "path": f"{path}.extension", "max": "0"},
        {"id": f"{identity}.url", "path": f"{path}.url", "fixedUri": part["part"]},
        {**_value(identity, path, part["type"], part["value_set"]), "min": 1},
    ]


def _value(identity: str, path: str, types: str, value_set: str) -> dict[str, Any]:
    element: dict[str, Any] = {
        "id": f"{identity}.value[x]",
        "path": f"{path}.value[x]",
        "type": [_type(name) for name in types.split("|")],
    }
    if value_set:
        element["binding"] = {"strength": "required", "valueSet": value_set_url(value_set)}
    return element


def _type(written: str) -> dict[str, Any]:
    """``Reference(Patient)`` names what it may lead to."""
    match = _TYPE.fullmatch(written)
    assert match is not None, written  # a fault of our own table
    name, target = match.groups()
    return {"code": name, "targetProfile": [f"{_FHIR}/{target}"]} if target else {"code": name}
