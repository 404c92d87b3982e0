"""What is told, and what is not told twice. Expected by the topic's sentence and the records' meaning."""

from typing import Any

import pytest

from tests.journeys.door import Raw, record, subject
from tests.services.subscriptions.desk import Desk, wish


def sae(version: int = 1, **fields: Any) -> Raw:
    given = {"term": "Sepsis", "onset": "2024-03-09", "grade": 3, "serious": True, "relatedness": "related", **fields}
    return record("adverse_event", "AE1", version=version, **given)


def told(desk: Desk, identifier: str) -> list[tuple[str, str | None]]:
    """(trigger, code) of every event so far."""
    desk.turn()
    return [(event["trigger"], event["code"]) for event in desk.events(identifier)]


@pytest.fixture
def listening(desk: Desk) -> tuple[Desk, str]:
    made = desk.subscribe(wish("new-sae", "trigger=new,withdrawn"))
    return desk, made["id"]


def test_an_event_is_told_once_however_often_it_is_sent(listening: tuple[Desk, str]) -> None:
    desk, identifier = listening
    desk.door.receipt(sae())
    assert told(desk, identifier) == [("new", "Sepsis")]
    desk.door.receipt(sae())
    desk.door.receipt(sae(2, grade=4))
    desk.door.receipt(sae(1, outcome="recovered"), atomic=False)
    assert told(desk, identifier) == [("new", "Sepsis")]


def test_becoming_serious_is_told_and_ceasing_to_be_is_a_withdrawal(listening: tuple[Desk, str]) -> None:
    desk, identifier = listening
    desk.door.receipt(sae(serious=False))
    assert told(desk, identifier) == []
    desk.door.receipt(sae(2))
    assert told(desk, identifier) == [("new", "Sepsis")]
    desk.door.receipt(sae(3, status="entered-in-error"))
    assert told(desk, identifier) == [("new", "Sepsis"), ("withdrawn", "Sepsis")]
    desk.door.receipt(sae(4))
    assert told(desk, identifier) == [("new", "Sepsis"), ("withdrawn", "Sepsis"), ("new", "Sepsis")]


def test_a_correction_into_what_is_asked_for_is_new_to_who_asks(desk: Desk) -> None:
    everybody, sepsis = (desk.subscribe(wish("new-sae", *given))["id"] for given in ((), ("code=Sepsis",)))
    desk.door.receipt(sae(term="Fever"))
    assert (told(desk, everybody), told(desk, sepsis)) == ([("new", "Fever")], [])
    desk.door.receipt(sae(2))
    assert (told(desk, everybody), told(desk, sepsis)) == ([("new", "Fever")], [("new", "Sepsis")])


def test_a_late_version_tells_nothing(listening: tuple[Desk, str]) -> None:
    desk, identifier = listening
    desk.door.receipt(sae(3, serious=False))
    desk.door.receipt(sae(2))
    assert told(desk, identifier) == []


def test_what_was_true_before_is_not_told(desk: Desk) -> None:
    desk.door.receipt(sae())
    made = desk.subscribe(wish("new-sae"))
    desk.door.receipt(sae(2, grade=4))
    assert told(desk, made["id"]) == []


def test_a_record_that_moves_is_withdrawn_from_one_and_new_of_the_other(listening: tuple[Desk, str]) -> None:
    desk, identifier = listening
    desk.door.receipt(subject("A-002"))
    desk.door.receipt(sae())
    told(desk, identifier)
    desk.door.receipt({**sae(2), "subject": "A-002"})
    desk.turn()
    events = desk.events(identifier)
    assert [event["trigger"] for event in events] == ["new", "withdrawn", "new"]
    assert len({event["focus"] for event in events}) == 1


def test_what_waited_for_its_subject_is_told_with_it(listening: tuple[Desk, str]) -> None:
    desk, identifier = listening
    desk.door.receipt({**sae(), "subject": "A-009"})
    assert told(desk, identifier) == []
    desk.door.receipt(subject("A-009"))
    assert told(desk, identifier) == [("new", "Sepsis")]


def test_a_death_is_one_fact_whoever_tells_it(desk: Desk) -> None:
    made = desk.subscribe(wish("death"))
    desk.door.receipt(record("follow_up", "F1", date="2024-05-02", alive=False))
    assert told(desk, made["id"]) == [("new", None)]
    desk.door.receipt(record("death", "D1", date="2024-05-01", cause="infection"))
    desk.door.receipt(record("death", "D2", date="2024-05-01", cause="infection"))
    assert told(desk, made["id"]) == [("new", None)]
    assert desk.events(made["id"])[0]["focus"].startswith("Patient/")


def assessment(identifier: str, day: str, response: str, **fields: Any) -> Raw:
    return record("disease_assessment", identifier, date=day, response=response, **fields)


def test_a_relapse_is_told_again_only_after_a_remission(desk: Desk) -> None:
    made = desk.subscribe(wish("relapse"))
    desk.door.receipt(assessment("R1", "2024-05-01", "relapse", relapse_sites=["marrow"]))
    assert told(desk, made["id"]) == [("new", "haematological")]
    desk.door.receipt(assessment("R2", "2024-05-20", "relapse", relapse_sites=["marrow"]))
    desk.door.receipt(assessment("R0", "2024-04-20", "relapse", relapse_sites=["marrow"]))
    desk.door.receipt(assessment("R3", "2024-06-01", "relapse", relapse_sites=["mrd"]))
    assert len(told(desk, made["id"])) == 1
    desk.door.receipt(assessment("R4", "2024-06-20", "CR"))
    desk.door.receipt(assessment("R5", "2024-07-20", "relapse", relapse_sites=["extramedullary"]))
    assert told(desk, made["id"])[1:] == [("new", "extramedullary")]


def test_a_dose_limiting_toxicity_is_told_with_the_rule_that_it_meets(desk: Desk) -> None:
    made = desk.subscribe(wish("dlt"))
    desk.door.receipt(sae(grade=5, onset="2024-03-09"))
    assert told(desk, made["id"]) == []
    desk.door.receipt(record("infusion", "I1", start="2024-03-01", outcome="completed"))
    assert told(desk, made["id"]) == [("new", "DLT-5")]
    desk.door.receipt(sae(2, grade=5, onset="2024-03-10"))
    assert len(told(desk, made["id"])) == 1


def test_a_status_is_told_when_it_is_entered(desk: Desk) -> None:
    made = desk.subscribe(wish("subject-status", "trigger=new,withdrawn"))
    desk.door.receipt(record("infusion", "I1", start="2024-03-01", outcome="completed"))
    assert told(desk, made["id"]) == []  # recorded as on-study
    desk.door.receipt(record("end_of_study", "E1", date="2024-05-01"))
    assert told(desk, made["id"]) == [("withdrawn", "on-study"), ("new", "off-study")]


def test_a_data_query_is_told_with_its_rule(desk: Desk) -> None:
    made = desk.subscribe(wish("data-query", "code=seriousness-missing"))
    unsaid = record("adverse_event", "AE9", version=1, term="Sepsis", onset="2024-03-09", grade=3)
    desk.door.receipt(unsaid)
    assert told(desk, made["id"]) == [("new", "seriousness-missing")]
    assert desk.events(made["id"])[0]["focus"].startswith("AdverseEvent/")
    desk.door.receipt({**unsaid, "version": 2, "grade": 2})
    assert len(told(desk, made["id"])) == 1
