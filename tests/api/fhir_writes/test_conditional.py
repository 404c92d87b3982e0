"""Conditional create, update and delete, also by many at once.

https://hl7.org/fhir/R4/http.html#cond-update
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.services.writing.request import Write
from app.services.writing.submit import submit
from app.storage.visibility import EVERYTHING
from tests.api.fhir_writes.client import PATCH, Client, issues

KEY = "identifier=urn:mrn|17"
PERSON: dict[str, Any] = {"resourceType": "Patient", "identifier": [{"system": "urn:mrn", "value": "17"}]}


def test_a_conditional_create_makes_one_and_finds_it_afterwards(client: Client) -> None:
    first, second = (client.create({**PERSON, "gender": sex}, if_none_exist=KEY) for sex in ("male", "female"))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json() and second.headers["etag"] == 'W/"1"'
    client.made(PERSON)
    refused = client.create(PERSON, if_none_exist=KEY)
    assert refused.status_code == 412 and issues(refused)[0]["code"] == "multiple-matches"
    assert client.total("Patient") == 2


def test_a_condition_has_the_names_of_the_release_that_is_written(embedded: Client) -> None:
    five = "application/fhir+json; fhirVersion=5.0"
    event = {
        "resourceType": "AdverseEvent",
        "status": "completed",
        "actuality": "actual",
        "code": {"coding": [{"system": "urn:terms", "code": "fever"}]},
        "subject": {"reference": "Patient/nobody-yet"},
    }
    asked = [embedded.ask("POST", "/AdverseEvent", event, five, if_none_exist="code=urn:terms|fever") for _ in "12"]
    assert [answer.status_code for answer in asked] == [201, 200]
    refused = embedded.ask("POST", "/AdverseEvent", event, five, if_none_exist="event=urn:terms|fever")
    assert refused.status_code == 400


def test_a_condition_may_be_the_whole_search(embedded: Client) -> None:
    embedded.made(PERSON)
    assert [embedded.create(PERSON, if_none_exist=sent).status_code for sent in (f"?{KEY}", f"Patient?{KEY}")] == [
        200,
        200,
    ]


def test_a_conditional_patch_changes_the_one_that_meets_it(client: Client) -> None:
    identifier = client.made(PERSON)
    operations = [{"op": "add", "path": "/gender", "value": "male"}]
    answer = client.ask("PATCH", f"/Patient?{KEY}", operations, PATCH)
    assert (answer.status_code, answer.json()["id"], answer.json()["gender"]) == (200, identifier, "male")
    assert client.ask("PATCH", "/Patient?identifier=urn:mrn|99", operations, PATCH).status_code == 404
    client.made(PERSON)
    assert client.ask("PATCH", f"/Patient?{KEY}", operations, PATCH).status_code == 412


@pytest.mark.parametrize("condition", ["", "nickname=x", "_count=1", f"{KEY}&_sort=_id", f"{KEY}&nickname=x"])
def test_a_condition_that_is_none_makes_nothing(embedded: Client, condition: str) -> None:
    assert embedded.create(PERSON, if_none_exist=condition).status_code == 400
    assert embedded.total("Patient") == 0


def test_a_conditional_update_changes_the_one_that_meets_it(client: Client) -> None:
    made = client.ask("PUT", f"/Patient?{KEY}", PERSON)
    assert made.status_code == 201
    changed = client.ask("PUT", f"/Patient?{KEY}", {**PERSON, "gender": "male"})
    assert (changed.status_code, changed.json()["id"]) == (200, made.json()["id"])
    assert changed.headers["etag"] == 'W/"2"'
    assert client.ask("PUT", f"/Patient?{KEY}", {**PERSON, "id": "another"}).status_code == 400
    named = client.ask("PUT", "/Patient?identifier=urn:mrn|18", {"resourceType": "Patient", "id": "eighteen"})
    assert (named.status_code, named.json()["id"]) == (201, "eighteen")
    client.made(PERSON)
    assert client.ask("PUT", f"/Patient?{KEY}", PERSON).status_code == 412


def test_a_conditional_delete_takes_the_one_that_meets_it(client: Client) -> None:
    identifier = client.made(PERSON)
    assert client.ask("DELETE", f"/Patient?{KEY}").status_code == 204
    assert client.get(f"/Patient/{identifier}").status_code == 410
    assert client.ask("DELETE", f"/Patient?{KEY}").status_code == 204  # nobody is left
    client.made(PERSON), client.made(PERSON)
    assert client.ask("DELETE", f"/Patient?{KEY}").status_code == 412
    assert client.ask("DELETE", "/Patient").status_code == 400
    assert client.total("Patient") == 2


def test_of_many_that_make_the_same_at_once_one_makes_it(client: Client) -> None:
    """Each thread hands its write to the one writer, as requests do."""

    def write(number: int) -> int:
        body = {**PERSON, "birthDate": f"19{number:02d}"}
        asked = Write("POST", "Patient", None, body, condition=KEY)
        return submit(client.door.services, [asked], b"", "http://x.test/fhir", EVERYTHING).result()[0].status

    with ThreadPoolExecutor(16) as threads:
        statuses = sorted(threads.map(write, range(32)))
    assert statuses == [200] * 31 + [201]
    assert client.total("Patient") == 1


def test_of_many_that_replace_the_same_version_at_once_one_does(client: Client) -> None:
    identifier = client.made(PERSON)

    def write(number: int) -> bool:
        body = {**PERSON, "id": identifier, "birthDate": f"19{number:02d}"}
        asked = Write("PUT", "Patient", identifier, body, if_match=(1,))
        return submit(client.door.services, [asked], b"", "http://x.test/fhir", EVERYTHING).exception() is None

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(write, range(16))) == 1
    assert client.get(f"/Patient/{identifier}").headers["etag"] == 'W/"2"'
