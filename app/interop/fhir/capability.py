"""CapabilityStatement: what the FHIR door really does, and nothing else.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.encode import to_json
from app.interop.fhir.structure import MODELS
from app.interop.fhir.urls import operation_definition

INTERACTIONS = ("read", "vread", "history-instance")
EVERYTHING = ("ResearchStudy", "ResearchSubject")


def capability_statement(base_url: str, software_version: str, date: str) -> bytes:
    """The statement of this instance. base_url: address of the FHIR door; date: a FHIR dateTime."""
    return to_json(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": date,
            "kind": "instance",
            "software": {"name": "Engraft", "version": software_version},
            "implementation": {"description": "Records of a transplant trial as FHIR R4", "url": base_url},
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [{"mode": "server", "resource": [_resource(name) for name in sorted(MODELS)]}],
        }
    )


def _resource(name: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": name,
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    }
    if name in EVERYTHING:
        body["operation"] = [{"name": "everything", "definition": operation_definition(f"{name}-everything")}]
    return body
