"""GET /studies/{study}/queries and …/subjects/{subject}/queries: filters, counts, moments, CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

ROUTE = f"/studies/{STUDY}/queries"
DOSE = {"value": 2, "unit": "10*6/kg"}


def faultless(number: str, site: str) -> list[Raw]:
    """A subject of whom nothing is to be asked."""
    given = {"start": "2024-03-01", "outcome": "completed", "dose": DOSE, "dose_level": "1"}
    return [
        record("subject", f"S-{number}", number, site, consent_date="2024-02-01"),
        record("transplant", f"T-{number}", number, site, date="2023-11-01"),
        record("infusion", f"I-{number}", number, site, **given),
        record("disease_assessment", f"D-{number}", number, site, date="2024-02-20", response="CR"),
    ]


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Door]:
    """Two sites: A-001 has a death without a cause and a fatal grade of an event; B-001 a contact after the death."""
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A", "B")
        for number, site in (("A-001", "A"), ("A-002", "A"), ("B-001", "B")):
            door.send(*faultless(number, site))
        door.send(
            record("death", "X1", date="2024-05-10"),
            record("adverse_event", "E1", term="Sepsis", onset="2024-04-20", grade=4, relatedness="unrelated",
                   serious=True, seriousness_criteria=["death"], end="2024-05-10"),
            record("death", "X2", "B-001", "B", date="2024-06-10", cause="infection"),
            record("follow_up", "F2", "B-001", "B", date="2024-06-20", alive=True),
        )  # fmt: skip
        yield door


def raised(door: Door, path: str = ROUTE, **params: Any) -> list[tuple[str, str]]:
    return [(entry["subject"], entry["rule"]) for entry in door.get(path, **params).json()["queries"]]


EVERYTHING = [
    ("A-001", "death-cause-missing"),
    ("A-001", "fatal-without-grade-5"),
    ("B-001", "contact-after-death"),
]


def test_the_study(trial: Door) -> None:
    answer = trial.get(ROUTE)
    assert answer.status_code == 200
    body = answer.json()
    assert raised(trial) == EVERYTHING
    assert body["counts"] == {
        "queries": 3,
        "subjects": 2,
        "by_rule": {"contact-after-death": 1, "death-cause-missing": 1, "fatal-without-grade-5": 1},
        "by_site": {"A": 2, "B": 1},
    }
    assert body["queries"][2] == {
        "subject": "B-001",
        "site": "B",
        "rule": "contact-after-death",
        "text": "1 record(s) show the patient alive after the death.",
        "records": ["death/B/ehr/X2", "follow_up/B/ehr/F2"],
        "kind": "contradiction",
        "endpoints": ["OS", "DFS", "DOR", "CIR_NRM", "GRFS"],
    }


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"site": "A"}, EVERYTHING[:2]),
        ({"site": "B"}, EVERYTHING[2:]),
        ({"subject": "B-001"}, EVERYTHING[2:]),
        ({"subject": "A-002"}, []),
        ({"rule": "death-cause-missing"}, EVERYTHING[:1]),
        ({"endpoint": "SAE"}, EVERYTHING[1:2]),
        ({"endpoint": "DFS"}, EVERYTHING[2:]),
        ({"site": "A", "rule": "contact-after-death"}, []),
        ({"cutoff": "2024-05-10"}, EVERYTHING[:2]),
        ({"cutoff": "2024-05-09"}, EVERYTHING[1:2]),  # the event began before, the death had not happened
    ],
)
def test_filters(trial: Door, params: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert raised(trial, **params) == expected
    assert trial.get(ROUTE, **params).json()["counts"]["queries"] == len(expected)


def test_one_subject(trial: Door) -> None:
    path = f"/studies/{STUDY}/subjects/A-001/queries"
    assert raised(trial, path) == EVERYTHING[:2]
    assert raised(trial, path, endpoint="SAE") == EVERYTHING[1:2]
    assert raised(trial, f"/studies/{STUDY}/subjects/A-002/queries") == []


def test_an_earlier_answer_can_be_had_again(trial: Door) -> None:
    moment, before = trial.seq(), trial.get(ROUTE).content
    trial.send(record("death", "X1", date="2024-05-10", cause="infection"), subject("A-003"))
    assert raised(trial) == EVERYTHING[1:]
    assert trial.get(ROUTE, as_of=moment).content == before


def test_what_is_entered_in_error_raises_nothing(trial: Door) -> None:
    trial.send(record("follow_up", "F2", "B-001", "B", date="2024-06-20", alive=True, status="entered-in-error"))
    assert raised(trial) == EVERYTHING[:2]


def test_no_sentence_repeats_what_the_hospital_wrote(trial: Door) -> None:
    said = "Canary"
    told = {"term": said, "code": {"text": said}, "interest": said, "outcome": said, "action_taken": said}
    event = {**told, "grade": 2, "ctcae_version": said, "seriousness_criteria": [said], "serious": False}
    trial.send(
        record("adverse_event", "E9", "A-002", **event),
        record("gvhd", "G9", "A-002", kind="chronic", organ_scores={said: 3}, severity="mild"),
    )
    body = trial.get(ROUTE, subject="A-002").text
    assert "grade-missing" not in body
    assert "onset-missing" in body
    assert said not in body


def test_as_a_table(trial: Door) -> None:
    answer = trial.request("GET", f"{ROUTE}?rule=death-cause-missing", headers={"accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.splitlines()
    assert len(lines) == 2
    assert dict(zip(lines[0].split(","), lines[1].split(","), strict=True))["rule"] == "death-cause-missing"


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/studies/none/queries", {}, 404),
        (f"/studies/{STUDY}/subjects/A-999/queries", {}, 404),
        (ROUTE, {"subject": "A-999"}, 404),
        (ROUTE, {"site": "Z"}, 400),
        (ROUTE, {"rule": "no-such-rule"}, 400),
        (ROUTE, {"endpoint": "XYZ"}, 400),
        (ROUTE, {"cutoff": "March"}, 400),
        (ROUTE, {"sites": "A"}, 400),
    ],
)
def test_faults(trial: Door, path: str, params: dict[str, str], status: int) -> None:
    answer = trial.get(path, **params)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
