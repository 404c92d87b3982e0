"""A hospital's own system that pushes FHIR: invented resources of US Core's shape, and the Bundles that hold them."""

import json
from typing import Any

import httpx

from tests.journeys.door import STUDY, Door

Json = dict[str, Any]
FHIR = "application/fhir+json"
BASE = "https://ehr.example.org/fhir"
MR = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
MRN_SYSTEM = "urn:oid:1.2.36.146"
UCUM = "http://unitsofmeasure.org"
GDT = {"coding": [{"system": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "code": "C124644"}]}


def stamped(body: Json, updated: str | None, version: str | None = None) -> Json:
    meta = {"versionId": version, "lastUpdated": updated}
    return {**body, "meta": {name: value for name, value in meta.items() if value is not None}}


def patient(identifier: str = "1", mrn: str = "MRN-7", **elements: Any) -> Json:
    number = {"system": MRN_SYSTEM, "value": mrn, "type": MR}
    return {"resourceType": "Patient", "id": identifier, "identifier": [number], "gender": "female", **elements}


def research_subject(of: str = "1", number: str = "A-001", **elements: Any) -> Json:
    return {
        "resourceType": "ResearchSubject",
        "id": f"rs-{of}",
        "status": "on-study",
        "identifier": [{"value": number}],
        "study": {"identifier": {"value": STUDY}},
        "individual": {"reference": f"Patient/{of}"},
        **elements,
    }


def anc(identifier: str, value: float = 0.3, day: str = "2024-03-05", of: str = "Patient/1", **elements: Any) -> Json:
    """A neutrophil count in 10*9/L."""
    return {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "26499-4"}]},
        "subject": {"reference": of},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": "10*9/L", "system": UCUM, "code": "10*9/L"},
        **elements,
    }


def infusion(identifier: str = "inf", day: str = "2024-03-01", of: str = "Patient/1", **elements: Any) -> Json:
    return {
        "resourceType": "Procedure",
        "id": identifier,
        "status": "completed",
        "code": GDT,
        "subject": {"reference": of},
        "performedDateTime": day,
        **elements,
    }


def bundle(*resources: Json, kind: str = "collection", **elements: Any) -> Json:
    entries = [{"fullUrl": full_url(one), "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": kind, **elements, "entry": entries}


def full_url(resource: Json) -> str:
    return f"{BASE}/{resource['resourceType']}/{resource['id']}"


def push(door: Door, body: Json | bytes, site: str = "A", kind: str = FHIR, **params: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return door.post(content, kind, site=site, **params)


def received(door: Door, *resources: Json, **params: Any) -> Json:
    """The receipt of a collection."""
    found: Json = push(door, bundle(*resources), **params).json()
    return found


def counts(receipt: Json) -> tuple[int, ...]:
    """accepted, amended, unchanged, held, rejected, unused."""
    told = [receipt.get(name, 0) for name in ("accepted", "amended", "unchanged", "held", "rejected")]
    return (*told, len(receipt.get("unused", [])))


def results(door: Door, number: str = "A-001") -> list[tuple[str, float]]:
    """(collected, value) of the laboratory results that count."""
    answer = door.get(f"/studies/{STUDY}/subjects/{number}/grades").json()
    return sorted((item["collected"], item["value"]) for item in answer.get("grades", []))
