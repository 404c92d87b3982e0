"""Lanes of the swimmer plot. Days are counted on a calendar from the infusion on 2024-03-01."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.swimmer import swimmer_plot
from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

ROUTE = f"/studies/{STUDY}/swimmer"
A2, A3, A4 = "A-002", "A-003", "A-004"


def started(number: str, status: str) -> list[Raw]:
    """A subject with a status before the infusion on 2024-03-01."""
    return [
        subject(number, consent_date="2024-02-01"),
        record("disease_assessment", f"B-{number}", number, date="2024-02-20", response=status),
        record("infusion", f"I-{number}", number, start="2024-03-01", outcome="completed"),
    ]


def assessed(number: str, date: str, **found: Any) -> Raw:
    return record("disease_assessment", f"D-{number}-{date}", number, date=date, **found)


WITHDRAWN = {"date": "2024-04-01", "scope": "follow-up", "vital_status_allowed": False}
RECORDS = [
    *started("A-001", "PR"),
    assessed("A-001", "2024-03-29", response="CR"),
    assessed("A-001", "2024-05-01", response="CR"),
    assessed("A-001", "2024-06-01", response="relapse", relapse_sites=["marrow"]),
    record("therapy", "T1", "A-001", date="2024-06-05", kind="chemotherapy", intent="relapse"),
    record("therapy", "T2", "A-001", date="2024-06-06", kind="maintenance"),
    record("death", "X1", "A-001", date="2024-07", cause="relapse"),
    *started(A2, "CR"),
    record("adverse_event", "S1", A2, term="Fever", onset="2024-03-10", grade=3, serious=True),
    record("adverse_event", "S2", A2, term="Nausea", onset="2024-03-11", grade=1, serious=False),
    record("adverse_event", "S3", A2, term="Anemia", onset="2024-06", grade=3, serious=True),
    record(
        "gvhd",
        "G1",
        A2,
        kind="acute",
        onset="2024-03-20",
        grade_history=[{"date": "2024-03-20", "grade": "I"}, {"date": "2024-03-25", "grade": "III"}],
    ),
    record("gvhd", "G2", A2, kind="chronic", onset="2024-08-01", severity="mild"),
    record("infusion", "I2", A2, start="2024-04-01", outcome="completed"),
    record("transplant", "H2", A2, date="2024-09-01"),
    record("follow_up", "F2", A2, date="2024-12-01", alive=True),
    *started(A3, "CR"),
    subject(A3, consent_date="2024-02-01", withdrawal=WITHDRAWN, version=2),
    assessed(A3, "2024-03-15", response="CR"),
    assessed(A3, "2024-05-01", response="relapse", relapse_sites=["marrow"]),
    subject(A4, consent_date="2024-02-01"),
]


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        answer = door.send(*RECORDS)
        assert answer.json()["rejected"] == 0
        yield door


def lanes(door: Door, **params: Any) -> dict[str, Raw]:
    found = door.get(ROUTE, format="json", **params).json()
    return {lane["subject"]: lane for lane in found["lanes"]}


def marks(lane: Raw) -> list[tuple[str, int, str]]:
    return [(mark["kind"], mark["day"], mark["label"]) for mark in lane["marks"]]


def test_a_course_from_response_to_death(study: Door) -> None:
    lane = lanes(study)["A-001"]
    assert marks(lane) == [
        ("response", 28, "CR"),
        ("relapse", 92, "relapse"),
        ("therapy", 96, "chemotherapy"),
        ("death", 122, "death"),
    ]
    # Known to the month only: its first possible day, after the last contact.
    assert (lane["marks"][-1]["imputed"], lane["marks"][-1]["date"]) == ("D", "2024-07-01")
    assert (lane["days"], lane["end"], lane["ongoing"]) == (122, "death", False)
    assert lane["in_response"] == [[28, 92]]
    assert lane["baseline_status"] == "PR"


def test_gvhd_toxicity_and_treatments(study: Door) -> None:
    lane = lanes(study)[A2]
    assert marks(lane) == [
        ("sae", 9, "Fever"),
        ("gvhd-acute", 19, "acute GVHD I"),
        ("gvhd-acute", 24, "acute GVHD III"),
        ("infusion", 31, "further infusion"),
        ("sae", 92, "Anemia"),
        ("gvhd-chronic", 153, "chronic GVHD mild"),
        ("transplant", 184, "further transplant"),
    ]
    assert [mark.get("letter") for mark in lane["marks"]] == [None, None, "III", None, None, None, None]
    assert [mark["imputed"] for mark in lane["marks"]] == [None, None, None, None, "D", None, None]
    assert (lane["days"], lane["end"], lane["ongoing"]) == (275, None, True)
    assert lane["in_response"] == []


def test_nothing_after_the_end_of_observation(study: Door) -> None:
    lane = lanes(study)[A3]
    assert marks(lane) == []
    assert (lane["days"], lane["end"], lane["ongoing"]) == (31, "consent withdrawn", False)
    assert lane["in_response"] == [[0, 14]]


def test_nothing_after_the_cut_off(study: Door) -> None:
    lane = lanes(study, cutoff="2024-05-31")["A-001"]
    assert marks(lane) == [("response", 28, "CR")]
    assert (lane["days"], lane["end"], lane["ongoing"]) == (91, None, True)
    assert lane["in_response"] == [[28, 61]]
    assert lanes(study, cutoff="2024-02-29") == {}


def test_longest_first_and_who_has_no_lane(study: Door) -> None:
    body = study.get(ROUTE, format="json").json()
    assert [lane["subject"] for lane in body["lanes"]] == [A2, "A-001", A3]
    assert body["excluded"] == [{"subject": A4, "reason": "not infused"}]
    assert (body["total"], body["longest"]) == (3, 275)


def test_pages(study: Door) -> None:
    second = study.get(ROUTE, format="json", page=2, per_page=2).json()
    assert [lane["subject"] for lane in second["lanes"]] == [A3]
    assert (second["pages"], second["longest"]) == (2, 275)
    assert study.get(ROUTE, format="json", page=3, per_page=2).status_code == 400


def test_what_had_been_received(study: Door) -> None:
    known = study.seq()
    study.send(assessed(A2, "2024-10-01", response="relapse", relapse_sites=["marrow"]))
    assert "relapse" in {mark["kind"] for mark in lanes(study)[A2]["marks"]}
    assert "relapse" not in {mark["kind"] for mark in lanes(study, as_of=known)[A2]["marks"]}


def test_the_picture_shows_the_data(study: Door) -> None:
    body = study.get(ROUTE, format="json").json()
    plot = swimmer_plot(body)
    drawn = [[(mark.kind, mark.day) for mark in lane.marks] for lane in plot.lanes]
    said = [[(mark["kind"], mark["day"]) for mark in lane["marks"]] for lane in body["lanes"]]
    assert drawn == [*said[:2], [*said[2], ("observation-end", 31)]]
    assert "A-001: 122 days, ended by death; day 28 CR; day 92 relapse;" in plot.facts.description
    assert "A-003: 31 days, ended by consent withdrawn." in plot.facts.description


def test_a_lane_ends_with_the_death_whatever_is_dated_after_it(tmp_path: Path) -> None:
    """Died 61 days after the infusion; remission is last seen on day 28."""
    late = [
        assessed("A-001", "2024-03-29", response="CR"),
        assessed("A-001", "2024-09-01", response="CR"),
        record("death", "X1", "A-001", date="2024-05-01", cause="infection"),
        record("gvhd", "G1", "A-001", kind="chronic", onset="2024-08-01", severity="mild"),
        record("adverse_event", "S1", "A-001", term="Sepsis", onset="2024-07-01", grade=3, serious=True),
        record("follow_up", "F1", "A-001", date="2024-12-01", alive=True),
    ]
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        assert door.receipt(*started("A-001", "CR"), *late)["rejected"] == 0
        (lane,) = door.get(ROUTE, format="json").json()["lanes"]
    assert (lane["days"], lane["last_date"], lane["end"]) == (61, "2024-05-01", "death")
    assert max(mark["day"] for mark in lane["marks"]) == 61
    assert lane["in_response"] == [[0, 28]]
