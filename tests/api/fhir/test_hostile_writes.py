"""What an integration engineer sends in the worst of moods: refused with its place, or stored whole and read again.

https://hl7.org/fhir/R4/http.html#Status-Codes
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.journeys.door import Door

JSON = {"content-type": "application/fhir+json"}
PATCH = {"content-type": "application/json-patch+json"}
R5 = {"accept": "application/fhir+json; fhirVersion=5.0"}
LONG = "x" * 100_000
NEVER_ECHOED = "s3cret-v4lue"

# What stands in an Observation beside its status and its code: what is no such thing.
REFUSED = {
    "an integer beyond its range": '"valueInteger": 12345678901234567890123',
    "not a number": '"valueQuantity": {"value": NaN}',
    "an exponent beyond reason": '"valueQuantity": {"value": 1E999999999999999999}',
    "nothing for a profile": '"meta": {"profile": [null]}',
    "true for a number": '"valueQuantity": {"value": true}',
    "a lone surrogate": '"valueString": "\\ud800"',
    "NUL": '"valueString": "a\\u0000b"',
    "a name that stands twice": '"valueString": "a", "valueString": "b"',
    "a name that only programs know": '"__proto__": {"a": 1}',
    "a year that is none": '"effectiveDateTime": "0000"',
    "a period that ends before it starts": '"effectivePeriod": {"start": "2024", "end": "2023"}',
    "a number for a contained resource": '"contained": [1]',
    "a contained resource of no type": '"contained": [{"id": "x"}]',
    "a contained resource of two types": '"contained": [{"resourceType": ["Patient"], "id": "x"}]',
    "a contained resource of an unknown type": '"contained": [{"resourceType": "Spaceship", "id": "x"}]',
    "a text for meta": '"meta": "x"',
    "a number among tags": '"meta": {"tag": [1]}',
    "an id of 65 characters": f'"id": "{"x" * 65}"',
    "a reference that is a number": '"subject": {"reference": 5}',
    "nothing for a reference": '"subject": null',
    "brackets without end": f'"extension": {"[" * 5000}{"]" * 5000}',
    "extensions without end": f'"extension": {"[" + 40 * chr(123) + "]"}',
    "extensions in extensions": '"extension": ' + '[{"url": "u", "extension": ' * 40 + "1" + "}]" * 40,
    "an empty object": '"valueQuantity": {}',
    "two values": '"valueString": "a", "valueBoolean": true',
}
# What is legal, however odd; each must come back as it was written.
KEPT = {
    "many digits": '"valueQuantity": {"value": 0.' + "1" * 60 + "}",
    "an end of time": '"effectiveDateTime": "9999-12-31T23:59:59-14:00"',
    "a beginning of time": '"effectiveDateTime": "0001-01-01T00:00:00+14:00"',
    "a leap second": '"effectiveDateTime": "2016-12-31T23:59:60Z"',
    "events at both ends of time": '"effectiveTiming": {"event": ["9999-12-31T23:59:59-12:00", "0001-01-01"]}',
    "itself": '"focus": [{"reference": "Observation/itself"}]',
    "a long identifier": f'"identifier": [{{"system": "urn:x", "value": "{LONG}"}}]',
    "a long code": f'"category": [{{"coding": [{{"system": "urn:x", "code": "{LONG}"}}]}}]',
    "a long unit": f'"valueQuantity": {{"value": 1, "system": "urn:u", "code": "{LONG}"}}',
    "a long text": f'"valueString": "{LONG}"',
    "a thousand identifiers": '"identifier": [' + ", ".join(f'{{"value": "{n}"}}' for n in range(1000)) + "]",
    "characters of every plane": '"valueString": "\u202e \U0001f600 \uffff"',
    "a script": '"note": [{"text": "<script>alert(1)</script>"}]',
}
PATCHES = {
    "an object": "{}",
    "numbers": "[1]",
    "a list for an operation": '[{"op": ["add"], "path": "/x"}]',
    "a number for a path": '[{"op": "add", "path": 5, "value": 1}]',
    "an object for a source": '[{"op": "copy", "from": {"a": 1}, "path": "/x"}]',
    "the whole removed": '[{"op": "remove", "path": ""}]',
    "the whole replaced": '[{"op": "replace", "path": "", "value": [1]}]',
    "a far index": '[{"op": "add", "path": "/note/99999999999999999999", "value": {"text": "a"}}]',
    "into itself": '[{"op": "move", "from": "/code", "path": "/code/text"}]',
    "another id": '[{"op": "replace", "path": "/id", "value": "other"}]',
    "another type": '[{"op": "replace", "path": "/resourceType", "value": "Patient"}]',
    "a lone surrogate": '[{"op": "add", "path": "/valueString", "value": "\\ud800"}]',
    "ever deeper": json.dumps([{"op": "add", "path": "/code" + "/a" * n, "value": {}} for n in range(1, 999)]),
    "ever deeper, and copied": json.dumps(
        [{"op": "add", "path": "/code" + "/a" * n, "value": {}} for n in range(1, 999)]
        + [{"op": "copy", "from": "/code", "path": "/note"}]
    ),
    "ever larger": json.dumps([{"op": "copy", "from": "/code", "path": f"/code/a{n}"} for n in range(1000)]),
    "too many": json.dumps([{"op": "test", "path": "/id", "value": "kept"}] * 1001),
}
CONDITIONS = [
    "",
    "=",
    "nonsense=1",
    "_count=0",
    "identifier=" + "x" * 9000,
    "_has:x:y:z=1",
    "identifier=%00",
    "_sort=a",
]


def observation(part: str) -> str:
    return f'{{"resourceType": "Observation", "status": "final", "code": {{"text": "{NEVER_ECHOED}"}}, {part}}}'


def refused(door: Door, method: str, path: str, body: str, headers: dict[str, str]) -> httpx.Response:
    """The answer: a clear refusal that repeats nothing, after which nothing is stored."""
    before = door.seq()
    answer = door.request(method, f"/fhir/{path}", content=body.encode(), headers=headers)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome" and outcome["issue"]
    assert NEVER_ECHOED not in answer.text and door.seq() == before
    return answer


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_observation_is_refused(service: Door, name: str) -> None:
    refused(service, "POST", "Observation", observation(REFUSED[name]), JSON)


@pytest.mark.parametrize("name", KEPT)
def test_what_is_odd_is_kept_whole(door: Door, name: str) -> None:
    sent = observation(KEPT[name])
    answer = door.request("POST", "/fhir/Observation", content=sent.encode(), headers=JSON)
    assert answer.status_code == 201, answer.text[:300]
    address = "/fhir/Observation/" + answer.json()["id"]
    kept = door.request("GET", address)
    assert without_ours(kept.text) == without_ours(sent)
    assert door.request("GET", address, headers=R5).status_code == 200
    for question in ("_history", "Observation?_sort=date", "Observation?date=ge2000&_include=*"):
        assert door.request("GET", f"/fhir/{question}").status_code == 200
    assert door.rebuilt().different == 0


def without_ours(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text, parse_float=str)
    return {name: value for name, value in found.items() if name not in ("id", "meta")}


@pytest.mark.parametrize("name", PATCHES)
def test_what_is_no_patch_is_refused(service: Door, name: str) -> None:
    service.request("PUT", "/fhir/Observation/kept", content=observation('"id": "kept"'), headers=JSON)
    refused(service, "PATCH", "Observation/kept", PATCHES[name], PATCH)
    assert service.request("GET", "/fhir/Observation/kept").json()["meta"]["versionId"] == "1"


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda text: text[:20])
def test_what_is_no_condition_is_refused(service: Door, condition: str) -> None:
    body = observation('"valueBoolean": true')
    refused(service, "POST", "Observation", body, {**JSON, "if-none-exist": condition})
    refused(service, "PUT", f"Observation?{condition}", body, JSON)
    refused(service, "DELETE", f"Observation?{condition}", "", {})


@pytest.mark.parametrize("etag", ['W/"x"', '"1', 'W/"-1"', "1", 'W/"99999999999"', '*, W/"1"'])
def test_what_is_no_etag_of_ours_is_refused(service: Door, etag: str) -> None:
    body = observation('"id": "kept"')
    service.request("PUT", "/fhir/Observation/kept", content=body, headers=JSON)
    refused(service, "PUT", "Observation/kept", body, {**JSON, "if-match": etag})


def entry(method: str, url: Any, resource: Any = None, **request: Any) -> dict[str, Any]:
    found = {"request": {"method": method, "url": url, **request}}
    return found if resource is None else {**found, "resource": resource}


GOOD = entry("POST", "Patient", {"resourceType": "Patient"})
TRANSACTIONS: dict[str, Any] = {
    "numbers": [1],
    "a bad one among good ones": [GOOD, entry("POST", "Observation", {"resourceType": "Observation"})],
    "a reference to nobody": [
        entry(
            "POST",
            "Observation",
            {**json.loads(observation('"subject": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000009"}'))},
        ),
        GOOD,
    ],
    "a condition that nobody meets": [
        GOOD,
        entry("POST", "Observation", json.loads(observation('"subject": {"reference": "Patient?identifier=nobody"}'))),
    ],
    "one resource twice": [entry("PUT", "Patient/p", {"resourceType": "Patient", "id": "p"})] * 2,
    "one resource written and deleted": [
        entry("PUT", "Patient/p", {"resourceType": "Patient", "id": "p"}),
        entry("DELETE", "Patient/p"),
    ],
    "one name twice": [{**GOOD, "fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001"}] * 2,
    "a Bundle in it": [GOOD, entry("POST", "", {"resourceType": "Bundle", "type": "batch"})],
    "a method of its own": [GOOD, entry("TRACE", "Patient")],
    "a list for a method": [GOOD, entry(["GET"], "Patient")],
    "a number for a url": [GOOD, entry("GET", 5)],
    "a patch that is none": [GOOD, entry("PATCH", "Patient/p", {"resourceType": "Binary", "data": "!!"})],
    "a header in a header": [
        GOOD,
        entry("PUT", "Patient/p", {"resourceType": "Patient", "id": "p"}, ifMatch='W/"1"\r\nX: y'),
    ],
}


@pytest.mark.parametrize("name", TRANSACTIONS)
def test_a_transaction_is_done_whole_or_not_at_all(door: Door, name: str) -> None:
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": TRANSACTIONS[name]}
    refused(door, "POST", "", json.dumps(bundle), JSON)
    assert door.get("/fhir/Patient").json().get("entry") is None


def test_entries_that_refer_to_each_other_are_stored(service: Door) -> None:
    names = [f"urn:uuid:00000000-0000-4000-8000-00000000000{number}" for number in (1, 2)]
    entries = [
        {
            **entry("POST", "Observation", json.loads(observation(f'"focus": [{{"reference": "{other}"}}]'))),
            "fullUrl": name,
        }
        for name, other in zip(names, reversed(names), strict=True)
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer = service.request("POST", "/fhir/", json=bundle, headers=JSON)
    assert answer.status_code == 200
    stored = [one["resource"] for one in service.get("/fhir/Observation").json()["entry"]]
    assert {one["focus"][0]["reference"] for one in stored} == {f"Observation/{one['id']}" for one in stored}


def test_an_entry_of_a_batch_fails_alone(door: Door) -> None:
    broken = [
        entry("POST", "Observation", {"resourceType": "Observation"}),
        entry("PATCH", "Patient/p", {"resourceType": "Binary", "data": "!!"}),
        entry("GET", "http://169.254.0.1/x"),
        entry("GET", "../studies"),
        entry("GET", "Patient?identifier=\u20ac%00"),
        entry("POST", "?", {"resourceType": "Bundle", "type": "batch", "entry": [GOOD]}),
    ]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [*broken, GOOD]}
    answer = door.request("POST", "/fhir/", json=bundle, headers=JSON)
    assert answer.status_code == 200, answer.text[:300]
    statuses = [one["response"]["status"][:3] for one in answer.json()["entry"]]
    assert [status[0] for status in statuses] == ["4"] * len(broken) + ["2"]
    assert len(door.get("/fhir/Patient").json()["entry"]) == 1


def test_a_study_of_a_name_that_is_taken_stays_apart(door: Door) -> None:
    """Written again under a name that is free it is still what it was: no study of the trial."""
    for number, name in enumerate(("gdt-relapse", "free"), start=1):
        identifier = [{"system": "https://engraft.example.org/fhir/study", "value": name}]
        study = {"resourceType": "ResearchStudy", "id": "mine", "status": "active", "identifier": identifier}
        answer = door.request("PUT", "/fhir/ResearchStudy/mine", json=study, headers=JSON)
        assert (answer.status_code, answer.json()["meta"]["versionId"]) == (201 if number == 1 else 200, str(number))
    assert door.get("/studies/free").status_code == 404
