"""A first record of a subject may be of any type; what waits for the subject record is kept and says so (contract)."""

import pytest

from tests.journeys.door import STUDY, Door, record, subject

INFUSION = record("infusion", "I1", start="2024-03-01")
DEATH = record("death", "X1", date="2024-04-20")


def os_days(door: Door) -> list[int]:
    return [row["days"] for row in door.rows("OS")["rows"]]


def test_what_waits_says_so_and_shows_nowhere(door: Door) -> None:
    answer = door.send(INFUSION, DEATH)
    assert answer.status_code == 201
    receipt = answer.json()
    assert (receipt["accepted"], receipt["waiting"]) == (2, 2)
    assert [(line["waiting"], line["resources"]) for line in receipt["records"]] == [(True, []), (True, [])]
    assert door.get(f"/studies/{STUDY}/subjects/A-001/status").status_code == 404
    assert (door.rows("OS")["rows"], door.rows("OS")["excluded"]) == ([], [])
    again = door.receipt(INFUSION, DEATH)
    assert (again["unchanged"], again["waiting"]) == (2, 2)


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_subject_releases_what_waits_in_the_store_and_in_the_payload(door: Door, before: int) -> None:
    """`before` of the two records came in an earlier payload, the others stand around the subject in its own."""
    records = [INFUSION, DEATH]
    for item in records[:before]:
        door.send(item)
    receipt = door.receipt(*records[before:], subject())
    assert receipt["waiting"] == 0
    assert all(line["resources"] for line in receipt["records"])
    assert os_days(door) == [50]
    assert door.receipt(*records)["waiting"] == 0
    assert door.rebuilt().different == 0


def test_a_record_after_the_subject_in_one_payload_does_not_wait(door: Door) -> None:
    assert door.receipt(subject(), INFUSION, DEATH)["waiting"] == 0
    assert os_days(door) == [50]


def test_a_correction_of_what_waits_is_what_is_released(door: Door) -> None:
    door.send({**INFUSION, "version": 1}, DEATH)
    door.send({**INFUSION, "version": 3, "start": "2024-03-11"})
    receipt = door.receipt({**INFUSION, "version": 2, "start": "2024-03-31"}, subject())
    assert receipt["records"][0]["superseded"] is True
    assert os_days(door) == [40]  # 11 March to 20 April
    assert door.rebuilt().different == 0


@pytest.mark.parametrize("subject_first", [True, False])
def test_a_correction_of_what_waits_in_the_subjects_own_payload(door: Door, subject_first: bool) -> None:
    door.send({**INFUSION, "version": 1}, DEATH)
    corrected = {**INFUSION, "version": 2, "start": "2024-03-11"}
    receipt = door.receipt(*([subject(), corrected] if subject_first else [corrected, subject()]))
    assert receipt["waiting"] == 0
    kinds = [item["resourceType"] for item in door.everything(door.status("A-001")["research_subject"])]
    assert kinds.count("Procedure") == 1
    assert os_days(door) == [40]
    assert door.rebuilt().different == 0


def test_what_waited_and_moved_away_is_not_released(door: Door) -> None:
    door.send({**INFUSION, "version": 1})
    door.send({**INFUSION, "version": 2, "subject": "A-002"}, subject("A-001"))
    assert door.status("A-001")["infusions"] == 0
    door.send(subject("A-002"))
    assert door.status("A-002")["infusions"] == 1
    assert door.rebuilt().different == 0


def test_what_waited_and_was_retracted_counts_nowhere(door: Door) -> None:
    door.send({**INFUSION, "version": 1}, {**INFUSION, "version": 2, "status": "entered-in-error"})
    door.send(subject())
    assert door.rows("OS")["excluded"] == [{"subject": "A-001", "reason": "not infused"}]


def test_only_the_subjects_own_site_is_released(door: Door) -> None:
    foreign = record("infusion", "I9", site="B", start="2024-03-01")
    door.send(foreign)
    door.send(subject())
    assert door.status("A-001")["infusions"] == 0
    line = door.receipt({**foreign, "version": 2})["records"][0]
    assert (line["outcome"], line["issues"][0]["path"], line["issues"][0]["code"]) == (
        "rejected",
        "records[0].site",
        "conflict",
    )
    assert door.status("A-001")["infusions"] == 0


def test_a_waiting_record_is_of_the_time_at_which_its_subject_came(door: Door) -> None:
    door.send(INFUSION, DEATH)
    waiting = door.seq()
    door.send(subject())
    assert door.rows("OS", as_of=waiting)["rows"] == []
    assert len(door.rows("OS")["rows"]) == 1
    assert door.get(f"/studies/{STUDY}/subjects/A-001/status", as_of=waiting).status_code == 404
