"""`$validate` at the FHIR door.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from .conftest import Searches

R4, R5 = ("application/fhir+json; fhirVersion=4.0", "application/fhir+json; fhirVersion=5.0")
DEFINED = "https://engraft.example.org/fhir/StructureDefinition"
INFUSION = f"{DEFINED}/gdt-infusion"
ALL_OK = [("information", "informational", None)]
Json = dict[str, Any]


def stored(searches: Searches, type_: str = "Procedure", accept: str = R4) -> Json:
    found = searches.entries(f"{type_}?_count=1")[0]
    answer: Json = searches.door.request("GET", f"/fhir/{type_}/{found['id']}", headers={"accept": accept}).json()
    return answer


def post(searches: Searches, path: str, body: Any, kind: str = R4) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return searches.door.request("POST", f"/fhir/{path}", content=content, headers={"content-type": kind})


def issues(answer: httpx.Response) -> list[tuple[str, str, str | None]]:
    """(severity, code, place)"""
    assert answer.status_code == 200, answer.text
    OperationOutcome.model_validate(answer.json())
    return [(one["severity"], one["code"], *one.get("expression", [None])) for one in answer.json()["issue"]]


def parameters(**values: Any) -> Json:
    named = {"resource": "resource", "mode": "valueCode", "profile": "valueUri"}
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": name, named[name]: one} for name, one in values.items()],
    }


@pytest.mark.parametrize("kind", [R4, R5])
@pytest.mark.parametrize(
    "type_",
    [
        "AdverseEvent",
        "MedicationAdministration",
        "Observation",
        "Patient",
        "Procedure",
        "ResearchStudy",
        "ResearchSubject",
    ],
)
def test_what_is_stored_is_valid(searches: Searches, type_: str, kind: str) -> None:
    resource = stored(searches, type_, kind)
    instance = f"{type_}/{resource['id']}/$validate"
    for answer in (
        post(searches, f"{type_}/$validate", resource, kind),
        post(searches, instance, parameters(resource=resource, mode="update"), kind),
        searches.door.request("GET", f"/fhir/{instance}", headers={"accept": kind}),
    ):
        assert {severity for severity, _, _ in issues(answer)} == {"information"}


def test_a_body_is_read_in_its_release(searches: Searches) -> None:
    resource = stored(searches, accept=R5)
    assert issues(post(searches, "Procedure/$validate", resource, R5)) == ALL_OK
    assert ("error", "structure", "occurrenceDateTime") in issues(post(searches, "Procedure/$validate", resource, R4))
    assert post(searches, "Procedure/$validate", resource, "application/fhir+json; fhirVersion=3.0").status_code == 415


def test_findings_are_no_error_of_the_request(searches: Searches) -> None:
    resource = {**stored(searches), "status": "done", "code": {"text": "Mrs-Smith"}}
    answer = post(searches, "Procedure/$validate", resource)
    assert issues(answer) == [("error", "code-invalid", "status"), ("error", "value", "code")]
    assert "Mrs-Smith" not in answer.text


@pytest.mark.parametrize("question", ["", f"?profile={INFUSION}"])
def test_the_profile_may_stand_in_the_address_or_in_the_body(searches: Searches, question: str) -> None:
    resource = {**stored(searches), "code": {"text": "cells"}}
    del resource["meta"]
    body = resource if question else parameters(resource=resource, profile=INFUSION)
    assert issues(post(searches, f"Procedure/$validate{question}", body)) == [("error", "value", "code")]
    assert issues(post(searches, "Procedure/$validate", resource)) == ALL_OK


def test_the_modes(searches: Searches) -> None:
    resource = stored(searches)
    instance = f"Procedure/{resource['id']}/$validate"
    other, without = {**resource, "id": "other"}, {name: value for name, value in resource.items() if name != "id"}
    asked = [
        ("Procedure/$validate", parameters(resource=without, mode="create"), ALL_OK),
        ("Procedure/$validate", parameters(resource=resource, mode="create"), [("information", "informational", "id")]),
        ("Procedure/$validate", parameters(resource=without, mode="update"), [("error", "required", "id")]),
        (instance, parameters(resource=other, mode="update"), [("error", "invalid", "id")]),
        (instance, parameters(mode="delete"), ALL_OK),
        (instance, parameters(mode="delete", resource={}), ALL_OK),
        (instance, parameters(profile=f"{DEFINED}/transplant"), [("error", "value", "code")]),
        (f"{instance}?mode=delete", b"", ALL_OK),
        ("Procedure/$validate", {**resource, "resourceType": "Patient"}, [("error", "invalid", "resourceType")]),
        ("Procedure/$validate", [3], [("error", "invalid", "resourceType")]),
    ]
    for path, body, expected in asked:
        assert issues(post(searches, path, body)) == expected, path


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("Procedure/$validate", b"", 400),
        ("Procedure/$validate", b"{", 400),
        ("Procedure/$validate", parameters(mode="update"), 400),
        ("Procedure/$validate?mode=guess", {}, 400),
        ("Procedure/$validate?nonsense=1", {}, 400),
        ("Procedure/$validate", {"resourceType": "Parameters", "parameter": [{"name": "other"}]}, 400),
        ("Procedure/$validate", {"resourceType": "Parameters", "parameter": [3]}, 400),
        (
            "Procedure/$validate",
            {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": {}}] * 2},
            400,
        ),
        ("Procedure/$validate", {"resourceType": "Parameters", "parameter": [{"name": "profile", "valueUri": 3}]}, 400),
        ("Nothing/$validate", {"resourceType": "Nothing"}, 404),
        ("Procedure/nobody/$validate", parameters(mode="delete"), 404),
    ],
)
def test_what_cannot_be_answered(searches: Searches, path: str, body: Any, status: int) -> None:
    answer = post(searches, path, body)
    assert answer.status_code == status, answer.text
    OperationOutcome.model_validate(answer.json())


def test_the_statement_names_the_operation(searches: Searches) -> None:
    resources = searches.bundle("metadata")["rest"][0]["resource"]
    listed = {one["type"]: {item["name"] for item in one.get("operation", [])} for one in resources}
    assert all("validate" in listed[name] for name in ("Procedure", "Patient", "ResearchStudy"))
