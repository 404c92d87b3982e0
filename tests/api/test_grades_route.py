"""GET /studies/{study}/subjects/{subject}/grades, as the contract at the doors says."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from app.interop.jsontext import parse
from tests.journeys.door import STUDY, Door, open_door, record, subject

ROUTE = f"/studies/{STUDY}/subjects/A-001/grades"


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Door]:
    """A service that has one subject with an infusion and two results."""
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        answer = door.send(
            subject("A-001", consent_date="2024-02-01"),
            record("infusion", "I1", start="2024-03-01", outcome="completed"),
            record("lab", "L1", test="ANC", collected="2024-03-10", value=0.30, unit="10*9/L"),
            record("lab", "L2", test="ANC", collected="2024-03-20", value=1.80, unit="10*9/L"),
        )
        assert answer.status_code == 201
        yield door


def test_grades_of_every_result(hospital: Door) -> None:
    answer = hospital.get(ROUTE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    low, unknown = parse(answer.content)["grades"]
    assert low.pop("resource").startswith("Observation/")
    assert low == {
        "record": "lab/A/ehr/L1",
        "record_version": 1,
        "test": "ANC",
        "collected": "2024-03-10",
        "day": 9,
        "value": Decimal("0.3"),
        "unit": "10*9/L",
        "low": None,
        "high": None,
        "baseline": None,
        "term": "Neutrophil count decreased",
        "direction": "L",
        "grade": 4,
        "reason": None,
        "rule": "ABS <0.5 10*9/L",
        "assumed": None,
        "flags": [],
        "version": "5.0",
        "reported": [],
    }
    assert (unknown["grade"], unknown["reason"]) == (None, "no usable lower limit of normal")


def test_cut_off_and_as_of(hospital: Door) -> None:
    early = hospital.get(ROUTE, cutoff="2024-03-10").json()
    assert (early["cutoff"], len(early["grades"])) == ("2024-03-10", 1)
    known = hospital.seq()
    hospital.send(record("lab", "L3", test="ANC", collected="2024-03-21", value=2, unit="10*9/L"))
    assert len(hospital.get(ROUTE, as_of=known).json()["grades"]) == 2
    assert len(hospital.get(ROUTE).json()["grades"]) == 3


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/studies/none/subjects/A-001/grades", {}, 404),
        (f"/studies/{STUDY}/subjects/A-999/grades", {}, 404),
        (ROUTE, {"cutoff": "March"}, 400),
        (ROUTE, {"cutof": "2024-03-10"}, 400),
        (ROUTE, {"as_of": "yesterday"}, 400),
    ],
)
def test_faults(hospital: Door, path: str, params: dict[str, str], status: int) -> None:
    answer = hospital.get(path, **params)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
