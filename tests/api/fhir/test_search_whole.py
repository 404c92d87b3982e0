"""Search through whole resources, as clients write them, by parameters that our own writers never fill.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from typing import Any

import pytest

from tests.api.fhir.conftest import Searches
from tests.api.fhir.kept import keep

V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"
LOINC = "http://loinc.org"
LONG = "Since long ago. " * 30


def coded(code: str, system: str = LOINC, text: str | None = None) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def quantity(value: float, code: str) -> dict[str, Any]:
    return {"value": value, "system": "http://unitsofmeasure.org", "code": code}


PATIENT = {
    "resourceType": "Patient",
    "id": "pat",
    "language": "de",
    "meta": {
        "source": "http://hospital.example/emr/7",
        "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}],
    },
    "identifier": [
        {"system": "urn:hospital", "value": "MRN-7", "type": {"coding": [{"system": V2, "code": "MR"}]}},
    ],
    "active": True,
    "name": [{"family": "Müller-Lüdenscheidt", "given": ["Anna", "Eva"], "prefix": ["Dr."]}],
    "telecom": [{"system": "phone", "value": "+49301"}, {"system": "email", "value": "anna@hospital.example"}],
    "birthDate": "1980-02-03",
    "address": [{"use": "home", "line": ["Lange Str. 1"], "city": "Köln", "postalCode": "50667", "country": "DE"}],
    "communication": [{"language": coded("de", "urn:ietf:bcp:47")}],
    "generalPractitioner": [{"reference": "Practitioner/gp", "identifier": {"system": "urn:gp", "value": "5"}}],
    "managingOrganization": {"reference": "Organization/ward"},
    "link": [{"other": {"reference": "Patient/old"}, "type": "replaces"}],
}
PRESSURE = {
    "resourceType": "Observation",
    "id": "pressure",
    "status": "final",
    "code": coded("85354-9"),
    "subject": {"reference": "Patient/pat"},
    "encounter": {"reference": "Encounter/e1"},
    "performer": [{"reference": "Practitioner/gp"}],
    "effectiveTiming": {"event": ["2024-05-01", "2024-05-03"]},
    "component": [
        {"code": coded("8480-6"), "valueQuantity": quantity(120, "mm[Hg]")},
        {"code": coded("8462-4"), "valueQuantity": quantity(80, "mm[Hg]")},
        {"code": coded("x"), "valueCodeableConcept": coded("yes", "urn:y")},
    ],
}
WORDS = {
    "resourceType": "Observation",
    "id": "words",
    "status": "final",
    "code": coded("8480-6"),
    "valueString": "Not  measurable",
    "basedOn": [{"reference": "ServiceRequest/1"}],
    "derivedFrom": [{"reference": "Observation/pressure"}],
    "specimen": {"reference": "Specimen/1"},
    "device": {"reference": "Device/1"},
}
WHEN = {"resourceType": "Observation", "id": "when", "code": coded("w"), "valueDateTime": "2024-06-01"}
WAVE = {
    "resourceType": "Observation",
    "id": "wave",
    "code": coded("131329"),
    "valueSampledData": {"origin": {"value": 10, "code": "mV"}, "factor": 2, "period": 1, "data": "-3 E 5"},
}
CONDITION = {
    "resourceType": "Condition",
    "id": "all",
    "identifier": [{"value": "C1"}],
    "category": [coded("problem-list-item", "urn:c")],
    "severity": coded("severe", "urn:s"),
    "bodySite": [coded("marrow", "urn:b", "Bone marrow")],
    "asserter": {"reference": "Practitioner/gp"},
    "recorder": {"reference": "Practitioner/clerk"},
    "onsetString": LONG,
    "abatementString": "after the third cycle",
    "evidence": [{"code": [coded("blasts", "urn:e")], "detail": [{"reference": "Observation/pressure"}]}],
}
OLD = {"resourceType": "Condition", "id": "old", "abatementAge": quantity(41, "a")}
PROCEDURE = {
    "resourceType": "Procedure",
    "id": "graft",
    "status": "completed",
    "instantiatesCanonical": ["http://plans.example/graft|2"],
    "instantiatesUri": ["http://plans.example/local/graft"],
    "performer": [{"actor": {"reference": "Practitioner/gp"}}],
    "reasonReference": [{"reference": "Condition/all"}],
    "report": [{"reference": "DiagnosticReport/1"}],
    "partOf": [{"reference": "Procedure/other"}],
}
DOSE = {
    "resourceType": "MedicationAdministration",
    "id": "dose",
    "status": "completed",
    "medicationReference": {"reference": "Medication/1"},
    "context": {"reference": "Encounter/e1"},
    "effectiveDateTime": "2024-05-02",
    "reasonCode": [coded("pain", "urn:r")],
    "reasonReference": [{"reference": "Condition/all"}],
    "device": [{"reference": "Device/1"}],
}
EVENT = {
    "resourceType": "AdverseEvent",
    "id": "fever",
    "actuality": "actual",
    "identifier": {"value": "AE-1"},
    "event": coded("10016558", "https://www.meddra.org"),
    "subject": {"reference": "Patient/pat"},
    "recorder": {"reference": "Practitioner/gp"},
    "severity": coded("mild", "urn:s"),
    "resultingCondition": [{"reference": "Condition/all"}],
    "suspectEntity": [{"instance": {"reference": "Procedure/graft"}}],
    "modifierExtension": [
        {
            "url": "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/status",
            "valueCode": "in-progress",
        },
        {"url": "http://elsewhere.example/status", "valueCode": "completed"},
    ],
}
STUDY = {
    "resourceType": "ResearchStudy",
    "id": "arm-study",
    "status": "active",
    "period": {"start": "2024-01-01"},
    "sponsor": {"reference": "Organization/sponsor"},
    "keyword": [{"text": "gamma delta"}],
    "partOf": [{"reference": "ResearchStudy/mother"}],
    "condition": [coded("leukaemia", "urn:d")],
    "description": "Cells for relapse",
}
MEMBER = {
    "resourceType": "ResearchSubject",
    "id": "member",
    "status": "on-study",
    "individual": {"reference": "Patient/pat"},
    "study": {"reference": "ResearchStudy/arm-study"},
}
PRODUCT = {
    "resourceType": "BiologicallyDerivedProduct",
    "id": "cells",
    "productCategory": "cells",
    "status": "available",
}
ALL = (PATIENT, PRESSURE, WORDS, WHEN, WAVE, CONDITION, OLD, PROCEDURE, DOSE, EVENT, STUDY, MEMBER, PRODUCT)

R4 = {
    "Patient?family=muller": ["pat"],
    "Patient?family:exact=Müller-Lüdenscheidt": ["pat"],
    "Patient?family:exact=Muller-Ludenscheidt": [],
    "Patient?family:contains=ludensch": ["pat"],
    f"Condition?onset-info:exact={LONG}": ["all"],
    "Patient?family=ludensch": [],
    "Patient?family=%25": [],
    "Patient?given=EVA": ["pat"],
    "Patient?name=dr.": ["pat"],
    "Patient?name=Anna&birthdate=1980": ["pat"],
    "Patient?birthdate=lt1980": [],
    "Patient?identifier=urn:hospital|MRN-7": ["pat"],
    f"Patient?identifier:of-type={V2}|MR|MRN-7": ["pat"],
    "Patient?telecom=anna@hospital.example": ["pat"],
    "Patient?email=anna@hospital.example": ["pat"],
    "Patient?phone=anna@hospital.example": [],
    "Patient?phone=%2B49301": ["pat"],
    "Patient?address=koln": ["pat"],
    "Patient?address-city=Köln&address-postalcode=506": ["pat"],
    "Patient?address-country=de&address-use=home": ["pat"],
    "Patient?language=de&active=true": ["pat"],
    "Patient?general-practitioner=Practitioner/gp": ["pat"],
    "Patient?general-practitioner:identifier=urn:gp|5": ["pat"],
    "Patient?organization=Organization/ward&link=Patient/old": ["pat"],
    "Patient?_source=http://hospital.example/emr/7": ["pat"],
    "Patient?_source:below=http://hospital.example/": ["pat"],
    "Patient?_source:above=http://hospital.example/emr/7/8": ["pat"],
    "Patient?_security=R": ["pat"],
    "Observation?component-code-value-quantity=8480-6$120": ["pressure"],
    "Observation?component-code-value-quantity=8480-6$80": [],
    "Observation?component-code-value-quantity=8480-6$80,8462-4$80||mm[Hg]": ["pressure"],
    "Observation?combo-code-value-quantity=8462-4$lt100": ["pressure"],
    "Observation?combo-code-value-quantity=85354-9$lt100": [],
    "Observation?component-code-value-concept=x$urn:y|yes": ["pressure"],
    "Observation?combo-code-value-concept=8480-6$yes": [],
    "Observation?code-value-string=8480-6$not meas": ["words"],
    "Observation?code-value-date=w$2024-06": ["when"],
    "Observation?value-string=not": ["words"],
    "Observation?value-date=ge2024-06-01": ["when"],
    "Observation?value-quantity=lt5||mV": ["wave"],
    "Observation?value-quantity=gt20||mV": [],
    "Observation?date=2024-05&subject=Patient/pat": ["pressure"],
    "Observation?encounter=Encounter/e1&performer=Practitioner/gp": ["pressure"],
    "Observation?based-on=ServiceRequest/1&specimen=1&device=Device/1": ["words"],
    "Observation?derived-from.component-code=8462-4": ["words"],
    "Observation?subject.family=müller": ["pressure"],
    "Observation?_has:Condition:evidence-detail:severity=severe": ["pressure"],
    "Condition?identifier=C1&category=problem-list-item&severity=severe": ["all"],
    "Condition?body-site:text=bone": ["all"],
    "Condition?asserter=Practitioner/gp&evidence=blasts": ["all"],
    "Condition?asserter:Practitioner=gp": ["all"],
    "Condition?abatement-age=gt40|http://unitsofmeasure.org|a": ["old"],
    "Condition?abatement-string=AFTER": ["all"],
    "Condition?evidence-detail:Observation.component-code=x": ["all"],
    "Procedure?instantiates-canonical=http://plans.example/graft": ["graft"],
    "Procedure?instantiates-canonical=http://plans.example/graft|2": ["graft"],
    "Procedure?instantiates-uri:below=http://plans.example/local": ["graft"],
    "Procedure?performer=Practitioner/gp&reason-reference=Condition/all": ["graft"],
    "Procedure?part-of=Procedure/other": ["graft"],
    "MedicationAdministration?medication=Medication/1&context=Encounter/e1": ["dose"],
    "MedicationAdministration?reason-given=pain&device=Device/1": ["dose"],
    "AdverseEvent?recorder=Practitioner/gp&severity=mild": ["fever"],
    "AdverseEvent?resultingcondition=Condition/all": ["fever"],
    "AdverseEvent?substance:Procedure.status=completed": ["fever"],
    "ResearchStudy?date=2024-07": [],
    "ResearchStudy?date=ge2024&sponsor=Organization/sponsor": ["arm-study"],
    "ResearchStudy?keyword:text=gamma&partof=ResearchStudy/mother": ["arm-study"],
    "Patient?link:missing=false": ["pat"],
    "Condition?severity:not=mild&identifier=C1": ["all"],
}  # fmt: skip


STATE = "http://terminology.hl7.org/CodeSystem/research-subject-state"
R5 = {
    "ResearchSubject?subject=Patient/pat": ["member"],
    "ResearchSubject?subject_state=on-study&subject.family=muller": ["member"],
    f"ResearchSubject?subject_state={STATE}|on-study&_id=member": ["member"],
    "ResearchSubject?subject_state=http://elsewhere.example|on-study": [],
    "AdverseEvent?code=10016558&status=in-progress": ["fever"],
    "AdverseEvent?status=completed": [],
    "AdverseEvent?patient=pat&identifier=AE-1&resultingeffect=Condition/all": ["fever"],
    "BiologicallyDerivedProduct?product-category=cells&product-status=available": ["cells"],
    "Condition?participant-actor=Practitioner/clerk": ["all"],
    "MedicationAdministration?date=2024-05-02&encounter=Encounter/e1": ["dose"],
    "MedicationAdministration?reason-given=Condition/all&reason-given-code=pain": ["dose"],
    "Observation?value-markdown=not": ["words"],
    "Procedure?report=DiagnosticReport/1": ["graft"],
    "ResearchStudy?condition=leukaemia&description=cells&part-of=ResearchStudy/mother": ["arm-study"],
    "Patient?_language=de&_has:ResearchSubject:subject:study.description=cells": ["pat"],
}


@pytest.fixture
def whole(searches: Searches) -> Searches:
    keep(searches.door, *ALL)
    return searches


def test_every_parameter_finds_what_it_should(whole: Searches) -> None:
    for question, expected in R4.items():
        assert [one["id"] for one in whole.entries(question)] == expected, question


def test_r5_has_names_of_its_own_for_the_same_values(whole: Searches) -> None:
    for question, expected in R5.items():
        asked = {"headers": {"Accept": "application/fhir+json; fhirVersion=5.0"}}
        found = whole.bundle(question, **asked).get("entry", [])
        assert [one["resource"]["id"] for one in found] == expected, question
        if question != "AdverseEvent?status=completed":
            assert whole.door.get(f"/fhir/{question}").status_code == 400, question
    for question in ("ResearchSubject?individual=pat", "AdverseEvent?event=1", "AdverseEvent?_sort=severity"):
        assert whole.door.request("GET", f"/fhir/{question}", **asked).status_code == 400, question


def test_the_release_asked_for_in_the_address_stays_in_the_links(whole: Searches) -> None:
    media = "application/fhir%2Bjson;%20fhirVersion%3D5.0"
    bundle = whole.bundle(f"ResearchSubject?subject_state=on-study&_count=1&_format={media}")
    following = next(one["url"] for one in bundle["link"] if one["relation"] == "next")
    bundle = whole.door.request("GET", following).json()
    assert bundle["entry"][0]["resource"]["status"] == "active"


@pytest.mark.parametrize(
    "question",
    ["component-code-value-quantity=8480-6", "component-code-value-quantity=8480-6$", "code-value-date=w$yesterday",
     "component-code-value-quantity=$1", "component-code-value-quantity:missing=true",
     "combo-code-value-quantity=" + ",".join(["a$1"] * 21)],
)  # fmt: skip
def test_a_composite_that_cannot_be_read_is_refused(searches: Searches, question: str) -> None:
    answer = searches.door.request("GET", f"/fhir/Observation?{question}")
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


def test_what_is_included_is_of_any_type_that_we_keep(whole: Searches) -> None:
    found = whole.entries("Condition?identifier=C1&_include=*", mode="include")
    assert [one["id"] for one in found] == ["pressure"]
    found = whole.entries("Procedure?_id=graft&_include=Procedure:reason-reference&_include:iterate=*", mode="include")
    assert sorted(one["id"] for one in found) == ["all", "pat", "pressure"]
