"""Our profiles: what a resource of this trial has beyond what the standard asks.

https://hl7.org/fhir/R4/profiling.html
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from app.interop.fhir.definitions.metadata import FHIR_VERSIONS, header, rows, value_set_url
from app.interop.fhir.invariants import Release


def profile_definitions(release: Release = "R4") -> list[dict[str, Any]]:
    """One StructureDefinition a profile, from the rows of its elements."""
    by_profile = groupby(rows("profiles"), key=lambda row: row["profile"])
    return [_definition(name, list(elements), release) for name, elements in by_profile]


def _definition(name: str, elements: list[dict[str, str]], release: Release) -> dict[str, Any]:
    title, resource_type = elements[0]["title"], elements[0]["type"]
    description = f"{title}, as this trial records it."
    root = {"id": resource_type, "path": resource_type, "short": title}
    return {
        **header("StructureDefinition", name, title, description),
        "fhirVersion": FHIR_VERSIONS[release],
        "kind": "resource",
        "abstract": False,
        "type": resource_type,
        "baseDefinition": f"http://hl7.org/fhir/StructureDefinition/{resource_type}",
        "derivation": "constraint",
        "differential": {"element": [root, *(_element(row, release) for row in elements)]},
    }


def _element(row: dict[str, str], release: Release) -> dict[str, Any]:
    path = (release == "R5" and row["element_r5"]) or row["element"]
    element: dict[str, Any] = {"id": path, "path": path, "min": int(row["min"]), "max": row["max"]}
    if row["code"]:
        if path.endswith("[x]"):
            element["type"] = [{"code": "CodeableConcept"}]
        element["patternCodeableConcept"] = {"coding": [{"system": row["system"], "code": row["code"]}]}
    if row["value_set"]:
        element["type"] = [{"code": "CodeableConcept"}]
        element["binding"] = {"strength": "required", "valueSet": value_set_url(row["value_set"])}
    return element
