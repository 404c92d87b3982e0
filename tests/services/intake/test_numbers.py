"""Records that come under a hospital's number of the patient: held, taken, moved, held again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.storage.tables import RECORD_VERSION
from tests.journeys.door import Door, subject
from tests.services.intake.numbers import RETRACTED, link, merge, numbered_door, result, send, waiting, where


@pytest.fixture(params=["sqlite", "postgresql"])
def door(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with numbered_door(tmp_path, url, monkeypatch) as found:
        yield found


def test_held_until_its_number_is_linked(door: Door) -> None:
    assert send(door, result("4711", "L1"))["held"] == 1
    assert (where(door), waiting(door)) == ({}, {"L1"})
    receipt = send(door, link("4711", "A-001"))
    assert [line["outcome"] for line in receipt["records"]] == ["accepted"]
    assert (where(door), waiting(door)) == ({"L1": "A-001"}, set())
    assert send(door, result("4711", "L1"))["unchanged"] == 1


def test_linked_in_the_same_payload_whatever_the_order(door: Door) -> None:
    receipt = send(door, result("1", "L1"), link("1", "A-001"), result("2", "L2"), subject("A-002", mrn="2"))
    assert [line["outcome"] for line in receipt["records"]] == ["accepted"] * 4
    assert where(door) == {"L1": "A-001", "L2": "A-002"}


def test_the_mrn_of_a_subject_is_a_link(door: Door) -> None:
    send(door, result("4711", "L1"))
    door.receipt(subject("A-001", mrn="4711", version=1))
    assert where(door) == {"L1": "A-001"}
    door.receipt(subject("A-001", mrn="4712", version=2))
    assert (where(door), waiting(door)) == ({}, {"L1"})


def test_merged_and_unmerged(door: Door) -> None:
    """A40, then its withdrawal: what came under the prior number leaves the subject, and nothing else does."""
    send(door, link("2", "A-001"), result("1", "L1"), result("2", "L2"))
    assert (where(door), waiting(door)) == ({"L2": "A-001"}, {"L1"})
    send(door, merge("1", "2", version=1))
    assert where(door) == {"L1": "A-001", "L2": "A-001"}
    send(door, merge("1", "2", version=2, **RETRACTED))
    assert (where(door), waiting(door)) == ({"L2": "A-001"}, {"L1"})
    send(door, link("1", "A-009"))
    assert (where(door), waiting(door)) == ({"L1": "A-009", "L2": "A-001"}, set())
    with door.services.database.read.connect() as connection:
        statuses = list(connection.execute(select(RECORD_VERSION.c.status).order_by(RECORD_VERSION.c.id)).scalars())
    assert statuses == ["final", "final", "entered-in-error", "final"]  # both histories stay


def test_a_corrected_link_takes_its_records_along(door: Door) -> None:
    send(door, link("1", "A-001", "K", version=1), result("1", "L1", version=3))
    send(door, link("1", "A-002", "K", version=2))
    assert where(door) == {"L1": "A-002"}
    send(door, link("1", "A-001", "K", version=1))
    assert where(door) == {"L1": "A-002"}  # a late resend of the old one


def test_of_two_subjects_none_is_chosen(door: Door) -> None:
    send(door, link("1", "A-001"), link("2", "A-002"), merge("1", "2"), merge("3", "2", "M2"))
    receipt = send(door, result("1", "L1"), result("2", "L2"), result("3", "L3"))
    assert where(door) == {"L1": "A-001", "L2": "A-002"}
    issue = receipt["records"][2]["issues"][0]
    assert (issue["code"], "A-001 or A-002" in issue["message"]) == ("conflict", True)


def test_a_number_counts_at_its_site_and_of_its_authority(door: Door) -> None:
    send(door, link("1", "A-001"), result("LAB:1", "L1"), result("1", "L2", site="B"))
    assert (where(door), waiting(door)) == ({}, {"L1", "L2"})
    send(door, link("1", "A-002", authority="LAB"))
    assert where(door) == {"L1": "A-002"}


def test_a_number_of_the_study_itself_is_the_subject(door: Door) -> None:
    send(door, result("gdt-relapse:A-001", "L1"), result("A-001", "L2"))
    assert (where(door), waiting(door)) == ({"L1": "A-001"}, {"L2"})


def test_versions_that_waited_are_taken_in_the_order_of_their_source(door: Door) -> None:
    send(door, result("1", "L1", 3, version=2))
    send(door, result("1", "L1", 2, version=1))
    send(door, link("1", "A-001"))
    with door.services.database.read.connect() as connection:
        rows = connection.execute(select(RECORD_VERSION.c["version", "seq_from", "seq_to"])).all()
    assert [row.version for row in rows if row.seq_to > row.seq_from] == [2]


def test_a_record_that_names_its_subject_stays(door: Door) -> None:
    send(door, link("1", "A-001", "K", version=1), result("1", "L1", version=1))
    named = {**result("1", "L1", version=2), "subject": "A-005"}
    del named["patient"]
    send(door, named)
    send(door, link("1", "A-002", "K", version=2))
    assert where(door) == {"L1": "A-005"}


def test_what_only_its_subject_shows_to_be_wrong_is_refused_then(door: Door) -> None:
    door.receipt(subject("A-001", site="B"))
    send(door, result("1", "L1"), result("1", "L2"))
    send(door, link("1", "A-001"))
    assert (where(door), waiting(door)) == ({}, set())
    paths = [item["issues"][0]["path"] for item in door.quarantine(state="refused")]
    assert paths == ["records[0].site", "records[1].site"]


def test_a_site_that_declares_its_authorities_later(door: Door) -> None:
    study = {"title": "t", "definition": "gdt-relapse", "sites": [{"id": "A", "time_zone": None}]}
    door.request("PUT", "/studies/gdt-relapse", json=study)
    send(door, link("1", "A-001"), result("HOSP:1", "L1"))
    assert waiting(door) == {"L1"}
    study["sites"] = [{"id": "A", "time_zone": None, "authorities": ["HOSP"]}]
    assert door.request("PUT", "/studies/gdt-relapse", json=study).status_code == 200
    assert (where(door), waiting(door)) == ({"L1": "A-001"}, set())


def test_no_number_outside_of_identity(door: Door) -> None:
    send(door, result("4711", "L1"), link("4711", "A-001"), merge("4712", "4711"), result("4712", "L2"))
    everything = door.get("/studies/gdt-relapse/subjects/A-001/status").text + door.get("/fhir/Observation").text
    assert "4711" not in everything and "4712" not in everything
    assert door.rebuilt().different == 0
