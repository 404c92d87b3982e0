"""batch and transaction.

https://hl7.org/fhir/R4/http.html#transaction
"""

import base64
import json
from typing import Any

from tests.api.fhir_writes.client import Client, Json, anc, issues

ONE, TWO, THREE = (f"urn:uuid:0000000{number}-0000-4000-8000-000000000000" for number in (1, 2, 3))


def entry(method: str, url: str, resource: Json | None = None, full_url: str | None = None, **request: Any) -> Json:
    said: Json = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        said["resource"] = resource
    return said if full_url is None else {**said, "fullUrl": full_url}


def bundle(*entries: Json, kind: str = "transaction") -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def person_and_count(client: Client, reference: str = ONE) -> tuple[Json, ...]:
    patient = {"resourceType": "Patient", "identifier": [{"system": "urn:mrn", "value": "17"}]}
    subject = {**client.research_subject("x"), "individual": {"reference": reference}}
    count = {**anc("x"), "subject": {"reference": reference}, "identifier": [{"system": "urn:lab", "value": "9"}]}
    return (
        entry("POST", "Observation", count, THREE, ifNoneExist="identifier=urn:lab|9"),
        entry("POST", "ResearchSubject", subject, TWO, ifNoneExist="identifier=F-001"),
        entry("POST", "Patient", patient, ONE, ifNoneExist="identifier=urn:mrn|17"),
    )


def test_entries_refer_to_each_other_in_any_order(client: Client) -> None:
    answer = client.ask("POST", "", bundle(*person_and_count(client), entry("GET", "Patient?_summary=count")))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["type"] == "transaction-response"
    count, subject, patient, read = body["entry"]
    assert [item["response"]["status"] for item in body["entry"]] == ["201 Created"] * 3 + ["200 OK"]
    name = f"Patient/{patient['resource']['id']}"
    assert count["resource"]["subject"] == subject["resource"]["individual"] == {"reference": name}
    assert count["response"]["location"].endswith("/_history/1") and count["response"]["etag"] == 'W/"1"'
    assert read["resource"]["total"] == 1
    assert "urn:uuid" not in client.get("/_history").text
    assert client.total(f"Observation?patient={name}") == 1


def test_the_same_transaction_again_finds_what_it_made(client: Client) -> None:
    first, second = (client.ask("POST", "/", bundle(*person_and_count(client))).json() for _ in range(2))
    assert [item["response"]["status"] for item in second["entry"]] == ["200 OK"] * 3
    assert [item["resource"] for item in second["entry"]] == [item["resource"] for item in first["entry"]]
    # What is found is what others refer to, whatever entry was to make it.
    other = entry("POST", "Observation", {**anc("x"), "subject": {"reference": ONE}}, TWO)
    third = client.ask("POST", "/", bundle(other, person_and_count(client)[2])).json()
    assert third["entry"][0]["resource"]["subject"] == first["entry"][0]["resource"]["subject"]


def test_references_by_a_search_are_resolved(client: Client) -> None:
    client.ask("POST", "/", bundle(*person_and_count(client)))
    by_search = {**anc("x"), "subject": {"reference": "Patient?identifier=urn:mrn|17"}}
    made = client.create(by_search)
    assert made.json()["subject"]["reference"].startswith("Patient/") and "?" not in made.json()["subject"]["reference"]
    nobody = {**anc("x"), "subject": {"reference": "Patient?identifier=urn:mrn|99"}}
    refused = client.ask(
        "POST", "/", bundle(entry("POST", "Patient", {"resourceType": "Patient"}), entry("POST", "Observation", nobody))
    )
    assert refused.status_code == 412
    assert issues(refused)[0]["expression"] == ["Bundle.entry[1]"]
    assert client.total("Patient") == 1


def test_one_refused_entry_refuses_all(client: Client) -> None:
    identifier = client.made({"resourceType": "Patient"})
    seq = client.door.seq()
    good = entry("POST", "Patient", {"resourceType": "Patient"})
    update = {"resourceType": "Patient", "id": identifier, "gender": "male"}
    cases = [
        (entry("PUT", f"Patient/{identifier}", update, ifMatch='W/"9"'), 412, "Bundle.entry[1]"),
        (entry("POST", "Patient", {"resourceType": "Patient", "gender": "F"}), 422, "Bundle.entry[1].resource.gender"),
        (entry("POST", "Observation", {**anc("x"), "subject": {"reference": TWO}}), 400, "Bundle.entry[1]"),
        (entry("DELETE", "Patient/nobody", ifMatch='W/"1"'), 412, "Bundle.entry[1]"),
        (entry("PUT", "Patient/other", update), 400, "Bundle.entry[1].resource.id"),
        (entry("SEND", "Patient"), 400, "Bundle.entry[1].request.method"),
        (entry("POST", "Nothing", {"resourceType": "Patient"}), 400, "Bundle.entry[1].request.url"),
        (entry("POST", "Patient"), 400, "Bundle.entry[1].resource"),
        ({"resource": update}, 400, "Bundle.entry[1].request"),
    ]
    for bad, status, place in cases:
        answer = client.ask("POST", "/", bundle(good, bad))
        assert (answer.status_code, issues(answer)[0]["expression"]) == (status, [place]), answer.text
    twice = entry("PUT", f"Patient/{identifier}", update)
    assert client.ask("POST", "/", bundle(twice, twice)).status_code == 400
    assert (client.door.seq(), client.total("Patient")) == (seq, 1)


def test_a_transaction_updates_patches_and_deletes(client: Client) -> None:
    first, second, third = (client.made({"resourceType": "Patient"}) for _ in range(3))
    operations = base64.b64encode(json.dumps([{"op": "add", "path": "/gender", "value": "other"}]).encode()).decode()
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": operations}
    answer = client.ask(
        "POST",
        "/",
        bundle(
            entry("DELETE", f"Patient/{first}"),
            entry("PUT", f"Patient/{second}", {"resourceType": "Patient", "id": second, "gender": "male"}),
            entry("PATCH", f"Patient/{third}", binary),
        ),
    ).json()
    assert [item["response"]["status"] for item in answer["entry"]] == ["204 No Content", "200 OK", "200 OK"]
    assert client.get(f"/Patient/{first}").status_code == 410
    assert [client.get(f"/Patient/{name}").json()["gender"] for name in (second, third)] == ["male", "other"]


def test_entries_of_a_batch_stand_alone(client: Client) -> None:
    answer = client.ask(
        "POST",
        "/",
        bundle(
            entry("POST", "Patient", {"resourceType": "Patient", "gender": "F"}),
            entry("POST", "Patient", {"resourceType": "Patient", "multipleBirthInteger": 2}),
            entry("GET", "Patient?_summary=count"),
            entry("GET", "Patient/nobody"),
            entry("DELETE", "Patient/nobody"),
            kind="batch",
        ),
    )
    assert answer.status_code == 200
    statuses = [item["response"]["status"][:3] for item in answer.json()["entry"]]
    assert statuses == ["422", "201", "200", "404", "204"]
    assert answer.json()["entry"][0]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert answer.json()["entry"][2]["resource"]["total"] == 1


def test_other_bundles_are_refused(embedded: Client) -> None:
    assert embedded.ask("POST", "/", bundle(kind="collection")).status_code == 400
    assert embedded.ask("POST", "/", {"resourceType": "Patient"}).status_code == 400
    assert embedded.ask("POST", "/", {**bundle(), "entry": {}}).status_code == 400
    empty = embedded.ask("POST", "/", {"resourceType": "Bundle", "type": "transaction"})
    assert (empty.status_code, empty.json()) == (200, {"resourceType": "Bundle", "type": "transaction-response"})
