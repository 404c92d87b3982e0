"""create, update, patch and delete of single resources.

https://hl7.org/fhir/R4/http.html
"""

import json

import pytest

from tests.api.fhir_writes.client import PATCH, Client, anc, issues


def test_what_a_client_wrote_comes_back_as_it_wrote_it(embedded: Client) -> None:
    written = (
        '{"resourceType":"Observation","meta":{"tag":[{"system":"urn:x","code":"night"}],"versionId":"77"},'
        '"status":"final","code":{"text":"height"},"valueQuantity":{"value":1.50,"unit":"m"},'
        '"note":[{"text":"measured twice \\u00e4"}],"extension":[{"url":"http://x.test/e","valueDecimal":0.0010}],'
        '"component":[{"code":{"text":"a"},"valueQuantity":{"value":66.899999999999991}}]}'
    )
    answer = embedded.ask("POST", "/Observation", written)
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["location"].endswith(f"/fhir/Observation/{body['id']}/_history/1")
    for read in (
        answer,
        embedded.get(f"/Observation/{body['id']}"),
        embedded.get(f"/Observation/{body['id']}/_history/1"),
    ):
        said = read.json()
        assert said["meta"]["versionId"] == "1" and said["meta"]["tag"] == [{"system": "urn:x", "code": "night"}]
        del said["id"], said["meta"]
        assert said == {name: value for name, value in json.loads(written).items() if name != "meta"}
        assert '"value":1.50,' in read.text and "0.0010" in read.text and "66.899999999999991" in read.text


def test_an_update_counts_on_and_keeps_what_was(embedded: Client) -> None:
    identifier = embedded.made({"resourceType": "Patient", "gender": "female"})
    second = {"resourceType": "Patient", "id": identifier, "gender": "male"}
    answer = embedded.put(second)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"')
    assert embedded.put(second).headers["etag"] == 'W/"2"'  # the same again is no new version
    history = embedded.get(f"/Patient/{identifier}/_history").json()
    assert [entry["resource"]["gender"] for entry in history["entry"]] == ["male", "female"]
    assert embedded.get(f"/Patient/{identifier}/_history/1").json()["gender"] == "female"


def test_an_update_may_make_a_resource_under_an_id_of_the_clients(embedded: Client) -> None:
    body = {"resourceType": "Patient", "id": "their.Patient-7"}
    answer = embedded.put(body)
    assert (answer.status_code, answer.json()["id"]) == (201, "their.Patient-7")
    assert answer.headers["location"].endswith("/Patient/their.Patient-7/_history/1")


def test_a_stale_etag_changes_nothing(client: Client) -> None:
    identifier = client.made({"resourceType": "Patient"})
    newer = {"resourceType": "Patient", "id": identifier, "gender": "male"}
    assert client.put(newer, if_match='W/"1"').status_code == 200
    refused = client.put({**newer, "gender": "female"}, if_match='W/"1"')
    assert refused.status_code == 412 and issues(refused)[0]["code"] == "conflict"
    assert client.get(f"/Patient/{identifier}").json()["gender"] == "male"
    assert client.put(newer, if_match="2").status_code == 400  # not an ETag
    assert client.put({**newer, "id": "nobody"}, if_match='W/"1"').status_code == 412
    assert client.put(newer, if_none_match="*").status_code == 412
    assert client.put(newer, if_match="*").status_code == 200
    assert client.put({**newer, "id": "nobody"}, if_match="*").status_code == 412


def test_a_deleted_resource_is_gone_and_its_history_is_not(client: Client) -> None:
    identifier = client.made({"resourceType": "Patient"})
    path = f"/Patient/{identifier}"
    assert client.ask("DELETE", path, if_match='W/"4"').status_code == 412
    assert client.ask("DELETE", path).status_code == 204
    assert client.get(path).status_code == 410
    assert client.ask("DELETE", path).status_code == 204  # it is gone already
    assert client.total(f"Patient?_id={identifier}") == 0
    methods = [entry["request"]["method"] for entry in client.get(f"{path}/_history").json()["entry"]]
    assert methods == ["DELETE", "POST"]
    again = client.put({"resourceType": "Patient", "id": identifier})
    assert (again.status_code, again.headers["etag"]) == (201, 'W/"3"')
    assert client.ask("DELETE", "/Patient/never-was").status_code == 204  # as the standard wants it
    assert client.ask("DELETE", "/Patient/never-was", if_match='W/"1"').status_code == 412


def test_a_patch_changes_what_it_names(client: Client) -> None:
    patient = client.made({"resourceType": "Patient"})
    path = f"/Observation/{client.made(anc(patient))}"
    operations = [
        {"op": "test", "path": "/status", "value": "final"},
        {"op": "replace", "path": "/status", "value": "amended"},
        {"op": "add", "path": "/note", "value": [{"text": "seen again"}]},
    ]
    answer = client.ask("PATCH", path, operations, PATCH)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"')
    assert answer.json()["status"] == "amended" and answer.json()["note"] == [{"text": "seen again"}]
    assert client.ask("PATCH", path, operations, PATCH).status_code == 422  # the test does not hold any more
    assert client.ask("PATCH", path, operations, PATCH, if_match='W/"1"').status_code == 412
    assert client.ask("PATCH", path, [{"op": "remove", "path": "/status"}], PATCH).status_code == 422
    assert client.ask("PATCH", path, [{"op": "hop", "path": "/status"}], PATCH).status_code == 400
    assert client.ask("PATCH", path, {"op": "remove"}, PATCH).status_code == 400
    assert client.ask("PATCH", path, operations).status_code == 415
    assert client.get(path).headers["etag"] == 'W/"2"'


@pytest.mark.parametrize(
    ("body", "status", "expression"),
    [
        ("{", 400, None),
        ('{"resourceType":"Observation"}', 400, "resourceType"),
        ("[]", 400, "resourceType"),
        ('{"resourceType":"Patient","gender":"F"}', 422, "gender"),
        ('{"resourceType":"Patient","birthDate":"11/03/2024"}', 422, "birthDate"),
        ('{"resourceType":"Patient","nickname":"X"}', 422, "nickname"),
        ('{"resourceType":"Patient","id":"a b"}', 422, "id"),
        (
            '{"resourceType":"Patient","extension":[{"url":"http://x.test","valueDecimal":1e400}]}',
            422,
            "extension[0].valueDecimal",
        ),
        ('{"resourceType":"Patient","gender":"male","gender":"female"}', 400, None),
        ('{"resourceType":"Patient","name":[{"family":"\\ud800"}]}', 400, None),
    ],
)
def test_what_is_no_resource_is_refused_with_its_place(
    embedded: Client, body: str, status: int, expression: str | None
) -> None:
    answer = embedded.ask("POST", "/Patient", body)
    assert answer.status_code == status, answer.text
    if expression is not None:
        assert issues(answer)[0]["expression"] == [expression]
    assert embedded.total("Patient") == 0


def test_a_refusal_tells_nothing_of_what_was_sent(embedded: Client) -> None:
    body = '{"resourceType":"Patient","gender":"Xantippe","birthDate":"Xantippe"}'
    answer = embedded.ask("POST", "/Patient", body)
    assert answer.status_code == 422 and "antippe" not in answer.text


def test_other_addresses_and_media_types_are_refused(embedded: Client) -> None:
    assert embedded.ask("POST", "/Practitioner", {"resourceType": "Practitioner"}).status_code == 404
    assert embedded.ask("POST", "/Patient", "<Patient/>", "application/fhir+xml").status_code == 415
    assert embedded.ask("POST", "/Patient", {}, "application/fhir+json; fhirVersion=3.0").status_code == 415
    body = {"resourceType": "Patient", "id": "one"}
    assert embedded.ask("PUT", "/Patient/two", body).status_code == 400
    assert embedded.ask("PUT", "/Patient/a_b", {**body, "id": "a_b"}).status_code == 404
    assert embedded.ask("POST", "/Patient?_count=1", body).status_code == 400


@pytest.mark.parametrize(
    ("wish", "empty", "type_"),
    [("minimal", True, None), ("representation", False, "Patient"), ("OperationOutcome", False, "OperationOutcome")],
)
def test_the_client_says_what_it_wants_to_hear(embedded: Client, wish: str, empty: bool, type_: str | None) -> None:
    answer = embedded.create({"resourceType": "Patient"}, prefer=f"return={wish}")
    assert answer.status_code == 201 and answer.headers["etag"] == 'W/"1"' and "location" in answer.headers
    assert (answer.content == b"") is empty
    assert type_ is None or answer.json()["resourceType"] == type_


def test_r5_is_written_and_read_in_either_release(embedded: Client) -> None:
    five = "application/fhir+json; fhirVersion=5.0"
    event = {
        "resourceType": "AdverseEvent",
        "id": "ae-5",
        "status": "completed",
        "actuality": "actual",
        "code": {"text": "Sepsis"},
        "subject": {"reference": "Patient/nobody-yet"},
        "occurrencePeriod": {"start": "2024-03-01"},
        "expectedInResearchStudy": True,
    }
    answer = embedded.ask("PUT", "/AdverseEvent/ae-5", event, five, accept=five)
    assert answer.status_code == 201, answer.text
    read = embedded.get("/AdverseEvent/ae-5", accept=five).json()
    assert {name: value for name, value in read.items() if name != "meta"} == event
    four = embedded.get("/AdverseEvent/ae-5").json()
    assert (four["event"], four["date"]) == ({"text": "Sepsis"}, "2024-03-01")
    assert embedded.total("AdverseEvent?date=2024-03-01") == 1
    assert embedded.ask("PUT", "/AdverseEvent/ae-5", event).status_code == 422  # no resource of R4
