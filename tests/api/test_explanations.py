"""One subject's result in words, on both stores: expected sentences are written from the conventions by hand."""

from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, record, subject

HISTORY = [
    subject("A-001", consent_date="2024-02-01"),
    record("transplant", "T1", date="2023-12-01"),
    record("infusion", "I1", start="2024-03-01", outcome="completed"),
    record("disease_assessment", "B1", date="2024-02-27", response="CR"),
    record("disease_assessment", "B2", date="2024-04-20", response="relapse", relapse_sites=["marrow"]),
    record("death", "D1", date="2024-05-01", cause="relapse"),
]


def explained(door: Door, endpoint: str, *records: dict[str, Any], number: str = "A-001", **asked: Any) -> Any:
    door.put_study(STUDY, "A")
    assert door.send(*records).status_code == 201
    answer = door.get(f"/studies/{STUDY}/endpoints/{endpoint}/subjects/{number}", **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_event_with_what_was_not_taken(door: Door) -> None:
    found = explained(door, "DFS", *HISTORY)
    assert found["explanation"][1:] == [
        "Day 0 is 2024-03-01 (infusion/A/ehr/I1, version 1).",
        "The last disease status on or before day 0 is CR, of 2024-02-27 (disease_assessment/A/ehr/B1, version 1).",
        "Event: relapse on 2024-04-20 (disease_assessment/A/ehr/B2, version 1); 50 days after the start, AVAL 51.",
        "Not taken: death/A/ehr/D1, version 1 of 2024-05-01: "
        "an earlier event, or one listed before it on the same day, was taken.",
    ]
    assert (found["row"]["status"], found["row"]["days"], found["excluded"]) == ("event", 50, None)


def test_a_censoring_and_the_end_of_observation(door: Door) -> None:
    found = explained(door, "OS", *HISTORY, cutoff="2024-04-30")
    assert found["explanation"][2:] == [
        "Observation ends on 2024-04-30: data cut-off.",
        "No event. Censored (CNSR 2) on 2024-04-30 (death/A/ehr/D1, version 1): data cut-off; "
        "60 days after the start, AVAL 61.",
        "Not taken: death/A/ehr/D1, version 1 of 2024-05-01: after the cut-off.",
    ]


def test_an_exclusion(door: Door) -> None:
    found = explained(door, "DOR", *HISTORY)
    assert found["row"] is None
    assert found["excluded"] == "in CR/CRi at the infusion"
    assert found["explanation"][-1] == "Not in the population: in CR/CRi at the infusion."


def test_a_version_that_was_corrected_is_named(door: Door) -> None:
    explained(door, "OS", *HISTORY)
    found = explained(door, "OS", record("death", "D1", version=2, date="2024-05-03", cause="relapse"))
    assert found["row"]["date"] == "2024-05-03"
    assert found["row"]["rejected"] == [
        {"record": "death/A/ehr/D1", "version": 1, "date": "2024-05-01", "why": "superseded version"}
    ]


def test_a_toxicity_by_its_criterion(door: Door) -> None:
    sepsis = record(
        "adverse_event",
        "AE1",
        term="Sepsis",
        onset="2024-03-05",
        grade=4,
        serious=True,
        relatedness="possible",
        grade_history=[{"date": "2024-03-05", "grade": 2}, {"date": "2024-03-07", "grade": 4}],
    )
    found = explained(door, "DLT", *HISTORY, sepsis)["explanation"]
    assert "The window is days 0 to 28 after day 0, both included." in found
    assert found[-1] == "Dose-limiting toxicity: yes, first on 2024-03-07 by DLT-2."
    serious = explained(door, "SAE", record("follow_up", "F1", date="2024-03-20", alive=True))["explanation"]
    assert serious[-1] == "Serious adverse event: yes, 1 of them, first on 2024-03-05."


@pytest.mark.parametrize("number", ["A-999", "A-001%2Fx", "<script>"])
def test_an_unknown_subject_is_not_found(door: Door, number: str) -> None:
    explained(door, "OS", *HISTORY)
    answer = door.get(f"/studies/{STUDY}/endpoints/OS/subjects/{number}")
    assert answer.status_code == 404
    assert "script" not in answer.text


def test_a_subject_of_the_future_is_not_found(door: Door) -> None:
    explained(door, "OS", *HISTORY)
    assert door.get(f"/studies/{STUDY}/endpoints/OS/subjects/A-001", as_of="1").status_code == 404
