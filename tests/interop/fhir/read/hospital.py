"""Resources as hospitals send them: plain R4 and US Core, without anything of ours.

https://hl7.org/fhir/us/core/
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.check import check
from app.interop.fhir.read import read

Json = dict[str, Any]
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
MEDDRA = "https://www.meddra.org"
OURS = "https://engraft.example.org/fhir/CodeSystem/engraft"
GUIDE = "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
PATIENT = {"reference": "Patient/p"}


def concept(*codes: tuple[str, str], text: str | None = None, display: str | None = None) -> Json:
    """A CodeableConcept; display: of every coding."""
    shown = {} if display is None else {"display": display}
    codings = [{"system": system, "code": code, **shown} for system, code in codes]
    return {**({"coding": codings} if codings else {}), **({"text": text} if text else {})}


def quantity(value: Any, unit: str, **more: Any) -> Json:
    """A Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit, **more}


def observation(code: Json, **elements: Any) -> Json:
    """A final Observation of the first of April 2024."""
    fixed = {"resourceType": "Observation", "id": "o", "status": "final", "subject": PATIENT}
    return {**fixed, "effectiveDateTime": "2024-04-01", "code": code, **elements}


def condition(code: Json, **elements: Any) -> Json:
    """A Condition."""
    return {"resourceType": "Condition", "id": "c", "subject": PATIENT, "code": code, **elements}


def procedure(code: Json, **elements: Any) -> Json:
    """A completed Procedure of the first of March 2024."""
    fixed = {"resourceType": "Procedure", "id": "pr", "status": "completed", "subject": PATIENT}
    return {**fixed, "performedDateTime": "2024-03-01", "code": code, **elements}


def administration(code: Json, **elements: Any) -> Json:
    """A completed MedicationAdministration of the first of March 2024."""
    fixed = {"resourceType": "MedicationAdministration", "id": "m", "status": "completed", "subject": PATIENT}
    return {**fixed, "medicationCodeableConcept": code, "effectiveDateTime": "2024-03-01", **elements}


def adverse_event(event: Json | None, **elements: Any) -> Json:
    """An AdverseEvent that happened."""
    fixed = {"resourceType": "AdverseEvent", "id": "a", "actuality": "actual", "subject": PATIENT}
    return {**fixed, **({"event": event} if event else {}), **elements}


def patient(**elements: Any) -> Json:
    """The Patient."""
    return {"resourceType": "Patient", "id": "p", **elements}


def research_subject(status: str, **elements: Any) -> Json:
    """The ResearchSubject of the Patient."""
    fixed = {"resourceType": "ResearchSubject", "id": "r", "status": status, "individual": PATIENT}
    return {**fixed, "identifier": [{"value": "A-1"}], "study": {"reference": "ResearchStudy/s"}, **elements}


def guide(name: str, *inside: Json, **value: Any) -> Json:
    """An extension of the research guide; inside: its parts."""
    return {"url": f"{GUIDE}/{name}", **({"extension": list(inside)} if inside else {}), **value}


def records(*resources: Json) -> list[Json]:
    """The records that are read of resources which the service accepts."""
    assert [issue for resource in resources for issue in check(resource)] == []
    readings, unused = read(resources)
    named = {(member.type, member.id) for reading in readings for member in reading.members}
    named |= {(item.type, item.id) for item in unused}
    assert named == {(resource["resourceType"], resource["id"]) for resource in resources}
    return [reading.record for reading in readings]


def record(*resources: Json) -> Json:
    """The only record that is read of them."""
    (found,) = records(*resources)
    return found


def reason(resource: Json) -> str:
    """Why nothing is read of a resource."""
    readings, unused = read([resource])
    assert readings == []
    (found,) = unused
    return found.reason
