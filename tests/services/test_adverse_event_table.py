"""Adverse events by term and worst grade, counted by hand. The infusion is on 2024-03-01, day 28 is 2024-03-29."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.adverse_event_rows import AdverseEventOf, row, table
from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

ROUTE = f"/studies/{STUDY}/adverse-events"


def infused(number: str, level: str) -> list[Raw]:
    start = {"start": "2024-03-01", "outcome": "completed", "dose_level": level}
    return [subject(number, consent_date="2024-02-01"), record("infusion", f"I-{number}", number, **start)]


def event(identifier: str, number: str, term: str, onset: str, **more: Any) -> Raw:
    return record("adverse_event", identifier, number, term=term, onset=onset, **more)


RECORDS = [
    *infused("A-001", "L1"),
    event(
        "E1",
        "A-001",
        "Fever",
        "2024-03-02",
        grade_history=[{"date": "2024-03-02", "grade": 1}, {"date": "2024-03-04", "grade": 3}],
    ),
    event("E2", "A-001", "Fever", "2024-03-20", grade=2),
    *infused("A-002", "L2"),
    # Began before the infusion and became worse after it.
    event(
        "E3",
        "A-002",
        "Fever",
        "2024-02-20",
        grade_history=[{"date": "2024-02-20", "grade": 2}, {"date": "2024-03-05", "grade": 3}],
    ),
    event("E4", "A-002", "Nausea", "2024-03-03"),
    event("E5", "A-002", "Headache", "2024-04-15", grade=2),
    *infused("A-003", "L2"),
    event("E6", "A-003", "Wunderlich's rash", "2024-03-29", grade=4),
    # Began before the infusion and did not become worse.
    event("E7", "A-003", "Anemia", "2024-02-20", grade=2, ongoing=True),
    event("E8", "A-003", "Fatigue", "2024-03-04", grade=1, status="entered-in-error"),
    subject("A-004", consent_date="2024-02-01"),
    event("E9", "A-004", "Fever", "2024-03-04", grade=1),
]


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        assert door.send(*RECORDS).json()["rejected"] == 0
        yield door


def ask(door: Door, **params: Any) -> Raw:
    found: Raw = door.get(ROUTE, **params).json()
    return found


def counts(line: Raw) -> tuple[dict[str, int], dict[str, int]]:
    """(patients, events) that are not nought."""
    patients = {name: cell["n"] for name, cell in line["patients"].items() if cell["n"]}
    return patients, {name: n for name, n in line["events"].items() if n}


def test_the_window(study: Door) -> None:
    body = ask(study)
    assert (body["infused"], body["from_day"], body["to_day"]) == (3, 0, 28)
    lines = {line["term"]: counts(line) for line in body["terms"]}
    assert list(lines) == ["Fever", "Nausea", "unlisted term"]
    # Two patients at grade 3, one of them with a second fever of grade 2.
    assert lines["Fever"] == (
        {"3": 2, "any": 2, "grade_3_or_more": 2},
        {"2": 1, "3": 2, "any": 3, "grade_3_or_more": 2},
    )
    assert lines["Nausea"] == ({"not_graded": 1, "any": 1}, {"not_graded": 1, "any": 1})
    assert lines["unlisted term"] == (
        {"4": 1, "any": 1, "grade_3_or_more": 1},
        {"4": 1, "any": 1, "grade_3_or_more": 1},
    )
    assert counts(body["any_event"]) == (
        {"3": 2, "4": 1, "any": 3, "grade_3_or_more": 3},
        {"2": 1, "3": 2, "4": 1, "not_graded": 1, "any": 5, "grade_3_or_more": 3},
    )


def test_percentages_are_of_the_infused(study: Door) -> None:
    fever = ask(study)["terms"][0]
    assert fever["patients"]["any"]["percent"] == pytest.approx(200 / 3)
    assert fever["patients"]["1"]["percent"] == 0


def test_all_time_after_the_infusion(study: Door) -> None:
    body = ask(study, period="all")
    assert (body["to_day"], body["window_open"]) == (None, None)
    assert [line["term"] for line in body["terms"]] == ["Fever", "Headache", "Nausea", "unlisted term"]
    assert counts(body["any_event"])[1]["2"] == 2


def test_a_missing_grade_keeps_the_table_from_being_final(study: Door) -> None:
    body = ask(study)
    assert (body["final"], body["events_not_graded"]) == (False, 1)
    study.send(event("E4", "A-002", "Nausea", "2024-03-03", grade=1, version=2))
    mended = ask(study)
    assert (mended["final"], mended["events_not_graded"]) == (True, 0)


def test_groups(study: Door) -> None:
    body = ask(study, group_by="dose_level")
    assert [(name, part["infused"]) for name, part in body["groups"].items()] == [("L1", 1), ("L2", 2)]
    assert [line["term"] for line in body["groups"]["L1"]["terms"]] == ["Fever"]
    assert counts(body["groups"]["L2"]["any_event"])[0] == {"3": 1, "4": 1, "any": 2, "grade_3_or_more": 2}


def test_cut_off_and_as_of(study: Door) -> None:
    early = ask(study, cutoff="2024-03-03")
    assert [line["term"] for line in early["terms"]] == ["Fever", "Nausea"]
    assert counts(early["any_event"])[0] == {"1": 1, "not_graded": 1, "any": 2}
    assert early["window_open"] == 3
    known = study.seq()
    study.send(event("E10", "A-001", "Chills", "2024-03-05", grade=1))
    assert "Chills" in {line["term"] for line in ask(study)["terms"]}
    assert "Chills" not in {line["term"] for line in ask(study, as_of=known)["terms"]}


def test_patients_are_those_of_the_sae_endpoint(study: Door) -> None:
    """The denominators of the table and of the SAE endpoint are the same patients."""
    assert ask(study)["infused"] == study.endpoint("SAE")["infused"]


def test_nobody_has_no_percentages() -> None:
    assert table([], 0)["any_event"]["patients"]["any"] == {"n": 0, "percent": None}


def test_a_known_grade_decides_beside_an_unknown_one() -> None:
    found = row("Fever", [AdverseEventOf(1, "Fever", None), AdverseEventOf(1, "Fever", 2)], 1)
    assert counts(found) == ({"2": 1, "any": 1}, {"2": 1, "not_graded": 1, "any": 2})
