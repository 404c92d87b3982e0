"""A data manager finds what was refused, exports it, lays it aside and takes it up again."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.storage.tables import AUDIT
from tests.journeys.conftest import STORES
from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

LIST = f"/studies/{STUDY}/quarantine"
BAD_AE = record("adverse_event", "AE1", term="Fever", grade=7)
BAD_LAB = record("lab", "L1", "B-001", "B", test="no such test", collected="2026-06-01")


@pytest.fixture(params=STORES)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as found:
        found.send(subject())
        found.send(BAD_AE)
        found.clock.move(days=1)
        found.send(BAD_LAB)
        yield found


def types(door: Door, **params: str) -> list[str]:
    return [item["type"] for item in door.quarantine(**params)]


def as_csv(door: Door, **params: str) -> list[dict[str, str]]:
    answer = door.request("GET", LIST, headers={"accept": "text/csv"}, params=params)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def dismiss(door: Door, item: str, method: str = "POST", **body: str) -> httpx.Response:
    return door.request(method, f"{LIST}/{item}/dismiss", **({"json": body} if method == "POST" else {}))


def actions(door: Door) -> list[str]:
    with door.services.database.read.connect() as connection:
        return list(connection.execute(AUDIT.select().order_by(AUDIT.c.seq)).columns("action").scalars())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"site": "A"}, ["adverse_event"]),
        ({"type": "lab"}, ["lab"]),
        ({"code": "value"}, ["adverse_event"]),
        ({"code": "code-invalid"}, ["lab"]),
        ({"code": "code"}, []),
        ({"code": "%"}, []),
        ({"state": "refused"}, ["adverse_event", "lab"]),
        ({"state": "held"}, []),
        ({"profile": "redcap"}, []),
        ({"since": "2026-07-01"}, ["lab"]),
        ({"until": "2026-06-30"}, ["adverse_event"]),
        ({"since": "2026-06-30T14:00:01+02:00", "until": "2026-07-01T13:59:00+02:00"}, []),
        ({"site": "A", "type": "lab"}, []),
    ],
)
def test_filters(tmp_path: Path, asked: dict[str, str], expected: list[str]) -> None:
    with open_door(tmp_path) as door:
        door.send(BAD_AE)
        door.clock.move(days=1)
        door.send(BAD_LAB)
        body = door.get(LIST, **asked).json()
        assert [item["type"] for item in body["items"]] == expected
        assert body["open"] == len(expected)


def test_a_filter_stays_on_the_next_page(door: Door) -> None:
    door.send(*({**BAD_LAB, "id": f"L{number}"} for number in range(2, 5)))
    url: str | None = f"{LIST}?type=lab&count=3"
    found = []
    while url is not None:
        body = door.get(url).json()
        found += [item["type"] for item in body["items"]]
        url = body.get("next")
    assert found == ["lab"] * 4


@pytest.mark.parametrize("asked", [{"since": "yesterday"}, {"until": "2026-06"}, {"state": "lost"}, {"kind": "lab"}])
def test_what_cannot_be_asked_is_refused(door: Door, asked: dict[str, str]) -> None:
    assert door.get(LIST, **asked).status_code == 400


def test_the_sentence_says_what_to_do(door: Door) -> None:
    assert door.quarantine()[0]["sentence"] == (
        "Record 1: the grade of this adverse event is not 1 to 5. "
        "Nothing of this record was stored; correct it at the source and send it again."
    )


def test_the_table_has_a_reason_and_the_line_as_it_came(door: Door) -> None:
    first, second = as_csv(door)
    assert json.loads(first["line"]) == BAD_AE
    assert first["reason"] == "records[0].grade: not a legal value (expected 1 to 5)"
    assert (second["site"], second["type"], second["cleared"]) == ("B", "lab", "false")


def test_a_line_that_a_spreadsheet_would_run_is_only_shown(door: Door) -> None:
    door.post(b'=cmd|"/c calc"!A1\n', "application/x-ndjson")
    assert as_csv(door)[-1]["line"] == '\'=cmd|"/c calc"!A1'


def test_the_table_goes_beyond_a_page(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.routes.quarantine._SLICE", 1)
    assert [row["type"] for row in as_csv(door)] == ["adverse_event", "lab"]


def test_no_table_of_a_study_that_is_not_there(door: Door) -> None:
    answer = door.request("GET", "/studies/nowhere/quarantine", headers={"accept": "text/csv"})
    assert answer.status_code == 404


def test_laid_aside_with_a_reason_and_taken_up_again(door: Door) -> None:
    item = door.quarantine()[0]["id"]
    found: Raw = dismiss(door, item, reason="sent twice by the ward").json()
    assert (found["dismissed"], found["cleared"]) == (True, False)
    assert types(door) == ["lab"]
    assert types(door, cleared="true") == ["adverse_event"]
    assert dismiss(door, item, "DELETE").json()["dismissed"] is False
    assert types(door) == ["adverse_event", "lab"]
    history = door.get(f"{LIST}/{item}").json()["history"]
    assert [(entry["action"], entry.get("reason")) for entry in history] == [
        ("dismissed", "sent twice by the ward"),
        ("reopened", None),
    ]
    assert actions(door)[-2:] == ["dismissed", "reopened"]


def test_laid_aside_twice_is_once(door: Door) -> None:
    item = door.quarantine()[0]["id"]
    for reason in ("sent twice", "another reason"):
        assert dismiss(door, item, reason=reason).status_code == 200
    assert actions(door).count("dismissed") == 1
    assert door.get(f"{LIST}/{item}").json()["history"][0]["reason"] == "sent twice"


def test_what_is_cleared_is_not_laid_aside(door: Door) -> None:
    item = door.quarantine()[0]["id"]
    door.send({**BAD_AE, "grade": 3})
    assert dismiss(door, item, reason="too late").status_code == 409
    assert door.get(f"{LIST}/{item}").json()["cleared"] is True


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x", "by": "me"}])
def test_without_a_reason_nothing_is_laid_aside(door: Door, body: dict[str, str]) -> None:
    item = door.quarantine()[0]["id"]
    assert dismiss(door, item, **body).status_code == 400
    assert len(door.quarantine()) == 2


def test_of_another_study_nothing_is_laid_aside(door: Door) -> None:
    door.put_study("other")
    item = door.quarantine()[0]["id"]
    answer = door.request("POST", f"/studies/other/quarantine/{item}/dismiss", json={"reason": "x"})
    assert answer.status_code == 404
