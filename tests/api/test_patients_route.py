"""What a hospital is told of its patients' numbers (docs/identity.md)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.door import Door, subject
from tests.services.intake.numbers import RETRACTED, link, merge, numbered_door, result, send

PATH = "/studies/gdt-relapse/patients"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with numbered_door(tmp_path, None, monkeypatch) as found:
        yield found


def test_links_merges_and_what_waits(door: Door) -> None:
    send(door, result("9", "L1"), result("9", "L2"), result("9", "L3", site="B"))
    send(door, link("1", "A-001", authority="LAB"), subject("A-002", mrn="2"), merge("3", "2"))
    send(door, merge("4", "2", "M2", version=1))
    send(door, merge("4", "2", "M2", version=2, **RETRACTED))
    body = door.get(PATH, site="A").json()
    [held] = body["held"]
    assert (held["number"], held["records"], held["site"]) == ("9", 2, "A")
    assert [(item["number"], item.get("authority"), item["subject"]) for item in body["links"]] == [
        ("1", "LAB", "A-001"),
        ("2", None, "A-002"),
    ]
    assert [(item["number"], item["into"], item["record"]) for item in body["merges"]] == [
        ("3", "2", "patient_merge/A/adt/M1")
    ]
    assert body["conflicts"] == []
    assert len(door.get(PATH).json()["held"]) == 2


def test_two_subjects_that_the_hospital_says_are_one(door: Door) -> None:
    send(door, link("1", "A-001"), subject("A-002", mrn="2"), merge("1", "2"))
    [conflict] = door.get(PATH).json()["conflicts"]
    assert conflict["subjects"] == ["A-001", "A-002"]
    assert [item["number"] for item in conflict["numbers"]] == ["1", "2"]
    assert conflict["sentence"] == "The hospital says that A-001 and A-002 are one patient; a person must decide."


def test_a_fact_that_cannot_be_right_is_refused_with_its_place(door: Door) -> None:
    receipt = send(door, {"type": "patient_link", "site": "A", "source": "adt", "id": "K", "number": 4711})
    issues = {issue["path"]: issue["message"] for issue in receipt["records"][0]["issues"]}
    assert set(issues) == {"records[0].number", "records[0].subject"}
    assert "4711" not in str(receipt)


def test_unknown_study(door: Door) -> None:
    assert door.get("/studies/none/patients").status_code == 404
