"""What the service sends of the example extract, before the validators that others wrote: no fault in any of it.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.journeys.door import Door

from .emitted import sent
from .judges import Judge, excuses, told

pytestmark = pytest.mark.conformance

FHIR = {"content-type": "application/fhir+json"}
PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p", "gender": "female"}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "a"},
    "valueQuantity": {"value": 1.5},
}
# Faults that a validator must find, or its silence says nothing: (resource, the validators that know better).
BROKEN = {
    "status outside the required value set": ({**OBSERVATION, "status": "bogus"}, {"hapi", "fhir"}),
    "no code": ({key: OBSERVATION[key] for key in ("resourceType", "status")}, {"hapi", "medplum", "fhir"}),
    "a value and a reason for none": ({**OBSERVATION, "dataAbsentReason": {"text": "b"}}, {"hapi", "medplum"}),
    "two values": ({**OBSERVATION, "valueString": "b"}, {"hapi", "medplum"}),
    "a day that is none": ({**OBSERVATION, "effectiveDateTime": "2024-02-30"}, {"hapi"}),
    "a date of another form": ({**PATIENT, "birthDate": "11/03/2024"}, {"hapi", "medplum"}),
    "an element of R5": ({"resourceType": "ResearchStudy", "status": "active", "name": "a"}, {"hapi", "fhir"}),
    "an unknown profile": ({**PATIENT, "meta": {"profile": ["http://example.org/none"]}}, {"hapi"}),
    "an unknown extension": ({**PATIENT, "extension": [{"url": "http://example.org/x", "valueCode": "a"}]}, {"hapi"}),
    "a profile of ours, not met": (
        {**OBSERVATION, "meta": {"profile": ["https://engraft.example.org/fhir/StructureDefinition/vital-status"]}},
        {"hapi"},
    ),
}


def test_there_is_enough_to_judge(example: Door) -> None:
    types = {json.loads(text)["resourceType"] for text in sent(example, "R4")}
    assert len(sent(example, "R4")) > 500
    assert types >= {"AdverseEvent", "Observation", "Bundle", "CapabilityStatement", "OperationOutcome", "ValueSet"}


def test_the_npm_validators_find_no_fault(example: Door, npm: Judge) -> None:
    assert told(npm, sent(example, "R4")) == []


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_hapi_finds_no_fault(release: str, hapi_says: dict[str, list[str]]) -> None:
    assert hapi_says[release] == []


def test_no_fault_in_what_is_answered_to_writes(service: Door, npm: Judge, hapi: dict[str, Judge]) -> None:
    entries = [
        {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p"}},
        {"resource": OBSERVATION, "request": {"method": "POST", "url": "Observation"}},
        {"request": {"method": "GET", "url": "Patient/p"}},
    ]
    lost = {"request": {"method": "DELETE", "url": "Patient/p", "ifMatch": 'W/"9"'}}
    bundles = [{"type": "transaction", "entry": entries}, {"type": "batch", "entry": [*entries, lost]}]
    sent_back = [
        service.request("POST", "/fhir/", json={"resourceType": "Bundle", **bundle}, headers=headers).text
        for bundle in bundles
        for headers in (FHIR, {**FHIR, "prefer": "return=minimal"}, {**FHIR, "prefer": "return=OperationOutcome"})
    ]
    assert [json.loads(text)["type"] for text in sent_back] == ["transaction-response"] * 3 + ["batch-response"] * 3
    assert told(npm, sent_back) == told(hapi["R4"], sent_back) == []


@pytest.mark.parametrize("name", BROKEN)
def test_the_validators_do_find_faults(name: str, npm: Judge, hapi: dict[str, Judge]) -> None:
    resource, knowing = BROKEN[name]
    assert {issue.judge for issue in [*npm.faults(resource), *hapi["R4"].faults(resource)]} >= knowing


def test_every_excuse_is_still_needed(
    example: Door, npm: Judge, hapi: dict[str, Judge], hapi_says: dict[str, list[str]]
) -> None:
    """A row that excuses nothing would only hide the next fault."""
    told(npm, sent(example, "R4"))
    assert set(excuses()) == {excuse for judge in (npm, *hapi.values()) for excuse in judge.excused}
