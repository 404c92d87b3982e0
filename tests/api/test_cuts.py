"""Data cuts at the door: made once, never changed; what cannot be a cut is refused with its place.

https://www.rfc-editor.org/rfc/rfc9457
"""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.storage.tables import AUDIT
from tests.journeys.door import STUDY, Door, record, subject

CUTS = f"/studies/{STUDY}/cuts"
CANARY = "Kanarienvogel4711"


@pytest.fixture
def trial(door: Door) -> Door:
    door.send(subject(), record("infusion", "I1", start="2024-03-01"))
    return door


def put(door: Door, name: str, **body: Any) -> httpx.Response:
    return door.request("PUT", f"{CUTS}/{name}", json=body)


def test_a_cut_is_made_once_and_never_changes(trial: Door) -> None:
    seq = trial.seq()
    made = put(trial, "interim-1", cutoff="2024-06-30")
    assert made.status_code == 201
    body = made.json()
    assert (body["study"], body["cut"], body["cutoff"], body["as_of"]["seq"]) == (STUDY, "interim-1", "2024-06-30", seq)
    assert (body["definition"], body["definition_version"]) == (STUDY, trial.rows("OS")["definition_version"])
    assert trial.seq() == seq + 1
    trial.send(record("death", "X1", date="2024-05-01"))
    again = put(trial, "interim-1", cutoff="2024-06-30")  # "now" is what it was when the cut was made
    assert (again.status_code, again.content) == (200, made.content)
    assert put(trial, "interim-1", cutoff="2024-06-30", as_of=seq).status_code == 200
    assert put(trial, "interim-1", cutoff="2024-06-30", as_of=body["as_of"]["time"]).status_code == 200
    assert trial.get(f"{CUTS}/interim-1").content == made.content


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"cutoff": "2024-06-29"}, "cutoff"),
        ({"as_of": 1}, "as_of"),
        ({"definition_version": 1}, "definition_version"),
    ],
)
def test_another_content_under_the_same_name_is_a_conflict(trial: Door, changed: dict[str, Any], path: str) -> None:
    first = put(trial, "interim", cutoff="2024-06-30", definition_version=2).content
    answer = put(trial, "interim", **{"cutoff": "2024-06-30", **changed})
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (409, path)
    assert trial.get(f"{CUTS}/interim").content == first


def test_cuts_are_listed_in_the_order_of_their_making(trial: Door) -> None:
    assert trial.get(CUTS).json() == {"study": STUDY, "cuts": []}
    for name in ("b", "a"):
        put(trial, name, cutoff="2024-06-30")
    assert [cut["cut"] for cut in trial.get(CUTS).json()["cuts"]] == ["b", "a"]


def test_a_cut_is_a_change_like_any_other(trial: Door) -> None:
    put(trial, "interim", cutoff="2024-06-30")
    with trial.services.database.read.connect() as connection:
        row = connection.execute(select(AUDIT).where(AUDIT.c.seq == trial.seq())).one()
    assert (row.action, row.study, row.entity) == ("cut", STUDY, "interim")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "cutoff"),
        ({"cutoff": None}, "cutoff"),
        ({"cutoff": "2024"}, "cutoff"),
        ({"cutoff": "2024-02-30"}, "cutoff"),
        ({"cutoff": CANARY}, "cutoff"),
        ({"cutoff": "2024-06-30", "as_of": 999}, "as_of"),
        ({"cutoff": "2024-06-30", "as_of": -1}, "as_of"),
        ({"cutoff": "2024-06-30", "as_of": CANARY}, "as_of"),
        ({"cutoff": "2024-06-30", "as_of": True}, "as_of"),
        ({"cutoff": "2024-06-30", "as_of": "2026-07-01T00:00:00Z"}, "as_of"),  # the test's clock: 2026-06-30
        ({"cutoff": "2024-06-30", "definition_version": 99}, "definition_version"),
        ({"cutoff": "2024-06-30", "definition_version": "1"}, "definition_version"),
        ({"cutoff": "2024-06-30", "cutof": "x"}, "cutof"),
        ([], ""),
    ],
)
def test_what_is_no_cut_is_refused_with_its_place(service: Door, body: Any, path: str) -> None:
    answer = service.request("PUT", f"{CUTS}/interim", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["issues"][0]["path"] == path
    assert CANARY not in answer.text
    assert service.get(f"{CUTS}/interim").status_code == 404


def test_a_cut_stands_for_the_other_parameters(trial: Door) -> None:
    put(trial, "interim", cutoff="2024-06-30")
    for more in ({"cutoff": "2024-06-30"}, {"as_of": "1"}, {"definition_version": "1"}):
        answer = trial.get(f"/studies/{STUDY}/endpoints/OS", cut="interim", **more)
        assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, "cut")
    assert trial.get(f"/studies/{STUDY}/endpoints/OS", cut="interim", analysis="hypothetical").status_code == 200


@pytest.mark.parametrize("name", ["nowhere", "", "a b", "%00", "x" * 65])
def test_an_unknown_cut_is_refused(trial: Door, name: str) -> None:
    put(trial, "interim", cutoff="2024-06-30")
    answer = trial.get(f"/studies/{STUDY}/endpoints/OS?cut={name}")
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, "cut")
    assert name != "nowhere" or answer.json()["issues"][0]["expected"] == "interim"


@pytest.mark.parametrize("path", ["x", "x/digest", "a%00", "x" * 65])
def test_a_cut_that_is_not_there(service: Door, path: str) -> None:
    assert service.get(f"{CUTS}/{path}").status_code in (400, 404)
    assert service.get(f"/studies/nowhere/cuts/{path}").status_code in (400, 404)
    assert service.request("DELETE", f"{CUTS}/x").status_code == 405
