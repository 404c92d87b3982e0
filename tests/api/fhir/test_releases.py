"""R4 and R5 of the same record, by the media type.

https://hl7.org/fhir/R5/versioning.html#mt-version
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fhir.resources.bundle import Bundle
from fhir.resources.capabilitystatement import CapabilityStatement
from fhir.resources.group import Group
from sqlalchemy import update

from app.interop.fhir.check import check
from app.interop.fhir.r5.check import check_r5
from app.interop.fhir.r5.convert import as_r5
from app.storage.tables import RESOURCE

from .conftest import STUDY, Searches

R4 = "application/fhir+json; fhirVersion=4.0"
R5 = "application/fhir+json; fhirVersion=5.0"
EVERY_TYPE = ("AdverseEvent", "MedicationAdministration", "Observation", "Patient", "Procedure", "ResearchSubject")


def get(searches: Searches, path: str, accept: str = R5) -> httpx.Response:
    answer = searches.door.request("GET", f"/fhir/{path}", headers={"accept": accept})
    assert answer.status_code == 200, answer.text
    return answer


def parsed(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.content, parse_float=Decimal)
    return found


def of(searches: Searches, type_: str) -> str:
    return f"{type_}/{searches.entries(f'{type_}?_count=1')[0]['id']}"


@pytest.mark.parametrize(
    ("accept", "question", "named"),
    [
        ("", "", None),
        ("application/json", "", None),
        (R4, "", "4.0"),
        (R5, "", "5.0"),
        ("application/json; fhirVersion=5.0", "", "5.0"),
        (f"{R4}; q=0.4, {R5}; q=0.5", "", "5.0"),
        (f"{R5}; q=0, {R4}; q=0.1", "", "4.0"),
        (R4, "?_format=application/fhir%2Bjson;fhirVersion=5.0", "5.0"),
        (R5, "?_format=json", "5.0"),
        ("text/html", "?_format=application/fhir+json;%20fhirVersion=5.0", "5.0"),
    ],
)
def test_an_answer_names_the_release_that_was_named(
    searches: Searches, accept: str, question: str, named: str | None
) -> None:
    answer = get(searches, f"{of(searches, 'ResearchSubject')}{question}", accept)
    version = f" fhirVersion={named};" if named else ""
    assert answer.headers["content-type"] == f"application/fhir+json;{version} charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    assert ("progress" in answer.json()) is (named == "5.0")


@pytest.mark.parametrize("type_", EVERY_TYPE)
def test_a_resource_is_read_in_both(searches: Searches, type_: str) -> None:
    """The same version, which in R5 is made of the bytes of R4."""
    path = of(searches, type_)
    r4, r5 = get(searches, path, R4), get(searches, path)
    assert parsed(r5) == as_r5(parsed(r4))
    assert check_r5(parsed(r5)) == check(parsed(r4)) == []
    assert r4.headers["etag"] == r5.headers["etag"]
    assert get(searches, f"{path}/_history/{r4.json()['meta']['versionId']}").content == r5.content


@pytest.mark.parametrize(
    "question",
    [
        *EVERY_TYPE,
        "MedicationAdministration?_include=*&_include:iterate=*",
        "_history",
        "ResearchSubject/_history",
        "{subject}/_history",
        "{subject}/$everything",
        "{study}/$everything",
    ],
)
def test_bundles_are_of_one_release(searches: Searches, question: str) -> None:
    places = {"subject": of(searches, "ResearchSubject"), "study": of(searches, "ResearchStudy")}
    answer = get(searches, question.format(**places))
    assert answer.headers["content-type"] == f"{R5}; charset=utf-8"
    bundle = parsed(answer)
    Bundle.model_validate(answer.json())
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert resources
    assert [issue for resource in resources for issue in check_r5(resource)] == []
    assert all("individual" not in one and "performedDateTime" not in one for one in resources)


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ("_summary=true", {"subject", "study", "period"}, {"individual", "progress", "extension"}),
        ("_summary=text", {"status", "study", "subject"}, {"progress"}),
        ("_elements=progress", {"progress", "status"}, {"period"}),
    ],
)
def test_parts_are_those_of_r5(searches: Searches, asked: str, there: set[str], gone: set[str]) -> None:
    for path in (of(searches, "ResearchSubject"), "ResearchSubject"):
        found = get(searches, f"{path}?{asked}").json()
        one = found["entry"][0]["resource"] if found["resourceType"] == "Bundle" else found
        assert there <= one.keys()
        assert not gone & one.keys()
        assert [tag["code"] for tag in one["meta"]["tag"]] == ["SUBSETTED"]


@pytest.mark.parametrize("question", ["Patient?nonsense=1", "Patient?nonsense=1&gender=other"])
def test_what_a_searchset_says_of_itself_stands_beside_its_entries(searches: Searches, question: str) -> None:
    headers = {"accept": R5, "prefer": "handling=lenient"}
    found = searches.door.request("GET", f"/fhir/{question}", headers=headers).json()
    Bundle.model_validate(found)
    assert [issue["severity"] for issue in found["issues"]["issue"]] == ["warning"]
    assert {entry["search"]["mode"] for entry in found.get("entry", [])} <= {"match"}


def test_the_capabilities_in_r5(searches: Searches) -> None:
    found = get(searches, "metadata").json()
    CapabilityStatement.model_validate(found)
    assert found["fhirVersion"] == "5.0.0"


def test_a_cohort_is_read_in_both(searches: Searches) -> None:
    (found,) = [entry["resource"] for entry in get(searches, f"Group?identifier={STUDY}").json()["entry"]]
    Group.model_validate(found)
    assert found["membership"] == "enumerated"
    assert get(searches, f"Group/{found['id']}").json() == found
    assert get(searches, f"Group/{found['id']}", R4).json()["actual"] is True


def test_errors_say_the_release_too(searches: Searches) -> None:
    answer = searches.door.request("GET", "/fhir/Patient/nobody", headers={"accept": R5})
    assert (answer.status_code, answer.headers["content-type"]) == (404, f"{R5}; charset=utf-8")


def written_in_r5(searches: Searches, **more: Any) -> tuple[str, bytes]:
    """A procedure as a client wrote it in R5: its place and its bytes."""
    found = get(searches, of(searches, "Procedure")).json()
    body = json.dumps({**found, **more}).encode()
    with searches.door.services.database.write.begin() as connection:
        place = RESOURCE.c.resource_id == found["id"]
        connection.execute(update(RESOURCE).where(place).values(body=body, release=5))
    return f"Procedure/{found['id']}", body


def test_what_was_written_in_r5_is_sent_as_it_was_written(searches: Searches) -> None:
    path, body = written_in_r5(searches, recorded="2024-02-21")
    assert get(searches, path).content == body
    for question in ("Procedure", "_history", f"{of(searches, 'ResearchStudy')}/$everything"):
        assert body in get(searches, question).content


def test_clients_of_r4_get_it_in_r4(searches: Searches) -> None:
    path, _ = written_in_r5(searches)
    found = get(searches, path, R4).json()
    assert check(found) == []
    assert found["performedDateTime"] == "2024-02-20"
    assert "tag" not in found["meta"]


def test_what_r4_cannot_say_is_tagged(searches: Searches) -> None:
    path, _ = written_in_r5(searches, recorded="2024-02-21")
    found = get(searches, path, R4).json()
    assert check(found) == []
    assert [tag["code"] for tag in found["meta"]["tag"]] == ["SUBSETTED"]
