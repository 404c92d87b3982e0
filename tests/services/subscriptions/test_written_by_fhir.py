"""What a client writes by FHIR is told like any other record; to a sponsor in its coded form alone."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.api.fhir_writes.client import Client, Json
from tests.journeys.door import open_door
from tests.services.subscriptions.desk import Desk, bundle_of, wish

NAME = "Grünewald-Canary"
SERIOUS = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness", "code": "serious"}]}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """The shipped study, which has no sites yet: a ResearchSubject need not name one."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as door, closing(Desk(door)) as found:
        yield found


def event(patient: str, **elements: Any) -> Json:
    return {
        "resourceType": "AdverseEvent",
        "id": "ae-1",
        "actuality": "actual",
        "event": {"text": "Sepsis"},
        "subject": {"reference": f"Patient/{patient}"},
        "date": "2024-03-09",
        "seriousness": SERIOUS,
        **elements,
    }


def told(desk: Desk, identifier: str) -> list[tuple[str, str]]:
    desk.turn()
    return [(one["trigger"], one["focus"]) for one in desk.events(identifier)]


def test_a_serious_event_is_told_corrected_in_silence_and_withdrawn_when_deleted(desk: Desk) -> None:
    client = Client(desk.door)
    patient = client.subject()
    made = desk.subscribe(wish("new-sae", "trigger=new,withdrawn"))["id"]
    assert client.put(event(patient)).status_code == 201
    assert told(desk, made) == [("new", "AdverseEvent/ae-1")]
    assert client.put(event(patient, date="2024-03-10")).status_code == 200
    assert told(desk, made) == [("new", "AdverseEvent/ae-1")]
    assert client.ask("DELETE", "/AdverseEvent/ae-1").status_code == 204
    assert told(desk, made) == [("new", "AdverseEvent/ae-1"), ("withdrawn", "AdverseEvent/ae-1")]
    bundle = desk.door.get(f"/fhir/Subscription/{made}/$events", content="full-resource").json()
    assert [entry["request"]["method"] for entry in bundle["entry"][1:]] == ["POST", "DELETE"]


def test_a_sponsor_is_told_the_coded_form_and_a_hospital_what_it_wrote(desk: Desk) -> None:
    client = Client(desk.door)
    patient = client.subject(name=[{"family": NAME}], birthDate="1971-05-17")
    hospital = desk.subscribe(wish("death", content="full-resource", endpoint="https://hospital.example.com/hospital"))
    desk.subscribe(
        wish("death", content="full-resource", endpoint="https://sponsor.example.com/sponsor"),
        headers={"prefer": "view=coded"},
    )
    desk.turn()
    body = {**client.get(f"/Patient/{patient}").json(), "deceasedDateTime": "2024-05-01"}
    assert client.put(body).status_code == 200
    sent = {request.url.path: request for request in desk.turn()}
    assert len(desk.events(hospital["id"])) == 1
    seen = {path: bundle_of(request)["entry"][1]["resource"] for path, request in sent.items()}
    assert seen["/hospital"]["name"] == [{"family": NAME}]
    assert seen["/sponsor"]["deceasedDateTime"] == "2024-05-01" and NAME not in sent["/sponsor"].content.decode()
    assert seen["/sponsor"]["id"] == seen["/hospital"]["id"] == patient
