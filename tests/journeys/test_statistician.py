"""What a trial statistician checks on the service: identities between endpoints, and questions that nobody foresaw."""

import json
import math
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, open_door, record, subject

SUBJECTS = 40
ZERO = date(2024, 3, 1)
RESPONSES = ["CR", "CR", "CR", "CRi", "PR", "NE", "relapse"]
ABSURD = [
    {"level": 0.999999999999},
    {"level": 1},
    {"at": "0"},
    {"at": "999999999"},
    {"tau": 0},
    {"cutoff": "1850-01-01"},
    {"cutoff": "2199-12-31"},
    {"cutoff": "2024-02-30"},
    {"as_of": 0},
    {"as_of": "99999999999999999999999"},
    {"group_by": "site"},
    {"group_by": "nothing"},
    {"definition_version": 99999999999999999999},
]
ENDPOINTS = ["DLT", "SAE", "OS", "DFS", "DOR", "CIR_NRM", "GRFS", "AGVHD2", "CGVHD", "CR", "ANC_ENGRAFTMENT"]


def iso(day: int) -> str:
    return (ZERO + timedelta(days=day)).isoformat()


def course(chance: random.Random, number: str) -> Iterator[dict[str, Any]]:
    """Baseline, assessments every month, perhaps acute GVHD, perhaps a death of any cause."""
    last = chance.randrange(20, 500)
    yield subject(number, strata={"arm": chance.choice(["a", "b"])})
    yield record("infusion", f"I-{number}", number, start=iso(0))
    yield record("disease_assessment", f"B-{number}", number, date=iso(-3), response=chance.choice(["CR", "CR", "PR"]))
    for index, day in enumerate(range(25, last, 30)):
        response = chance.choice(RESPONSES)
        sites = {"relapse_sites": ["marrow"]} if response == "relapse" else {}
        yield record("disease_assessment", f"A{index}-{number}", number, date=iso(day), response=response, **sites)
    if chance.random() < 0.3:
        grade = chance.choice(["I", "II", "III"])
        yield record("gvhd", f"G-{number}", number, kind="acute", onset=iso(chance.randrange(1, 90)), grade=grade)
    if chance.random() < 0.5:
        yield record("death", f"D-{number}", number, date=iso(last), cause=chance.choice(["relapse", "infection"]))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Records of a cohort in no order, some of them sent twice; no test of this file adds to them."""
    chance = random.Random(28)
    records = [item for number in range(SUBJECTS) for item in course(chance, f"A-{number:03}")]
    records += chance.sample(records, 30)
    chance.shuffle(records)
    with open_door(tmp_path_factory.mktemp("cohort")) as door:
        assert door.receipt(*records)["rejected"] == 0
        yield door


def days(door: Door, endpoint: str) -> dict[str, dict[str, Any]]:
    return {row["subject"]: row for row in door.rows(endpoint)["rows"]}


@pytest.mark.parametrize("cutoff", [None, "2024-09-01"])
def test_relapse_nrm_and_disease_free_survival_make_one_at_every_step(cohort: Door, cutoff: str | None) -> None:
    asked = {"curve": "true", **({"cutoff": cutoff} if cutoff else {})}
    free = {step[0]: step[4] for step in cohort.endpoint("DFS", **asked)["overall"]["curve"]}
    causes = cohort.endpoint("CIR_NRM", **asked)["overall"]["causes"]
    incidence = [{step[0]: step[4] for step in cause["curve"]} for cause in causes.values()]
    assert min(free.values()) < 1 and all(max(cause.values()) > 0 for cause in incidence)
    for day, share in free.items():
        assert math.isclose(share + sum(cause[day] for cause in incidence), 1, abs_tol=1e-12), day


def test_a_composite_never_comes_after_its_parts(cohort: Door) -> None:
    overall, free, composite = (days(cohort, name) for name in ("OS", "DFS", "GRFS"))
    assert any(row["status"] == "event" for row in free.values())
    assert set(composite) == set(free) < set(overall)
    for number, row in free.items():
        assert row["days"] <= overall[number]["days"]
        if row["status"] == "event":
            assert composite[number]["days"] <= row["days"]
        if overall[number]["status"] == "event":
            assert row["status"] == "event"


@pytest.mark.parametrize("endpoint", ["OS", "DFS", "GRFS"])
def test_groups_add_up_to_the_whole(cohort: Door, endpoint: str) -> None:
    answer = cohort.endpoint(endpoint, group_by="arm")
    groups = answer["groups"].values()
    assert len(groups) == 2
    for count in ("n", "events", "censored", "undetermined"):
        assert sum(group[count] for group in groups) == answer["overall"][count]
    assert sum(group["observed"] for group in answer["log_rank"]["groups"]) == answer["overall"]["events"]
    expected = sum(group["expected"] for group in answer["log_rank"]["groups"])
    assert math.isclose(expected, answer["overall"]["events"], rel_tol=1e-12)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_subject_has_one_row_or_one_exclusion_with_its_reason(cohort: Door, endpoint: str) -> None:
    answer = cohort.rows(endpoint)
    told = [row["subject"] for row in answer["rows"]] + [item["subject"] for item in answer["excluded"]]
    assert sorted(told) == [f"A-{number:03}" for number in range(SUBJECTS)]
    assert all(item["reason"] for item in answer["excluded"])
    assert all(row["reason"] for row in answer["rows"] if row.get("status") in ("censored", "undetermined"))


@pytest.mark.parametrize("asked", ABSURD, ids=str)
def test_absurd_questions_are_answered_or_refused(cohort: Door, asked: dict[str, Any]) -> None:
    for endpoint in ENDPOINTS:
        answer = cohort.get(f"/studies/{STUDY}/endpoints/{endpoint}", **asked)
        assert answer.status_code in (200, 400), (endpoint, answer.text)
        body = json.loads(answer.text, parse_constant=_refuse)
        header = {"endpoint", "definition", "definition_version", "analysis", "cutoff", "as_of"}
        assert header <= set(body) if answer.status_code == 200 else body["issues"]


def _refuse(constant: str) -> float:
    raise AssertionError(f"{constant} is no number of JSON")
