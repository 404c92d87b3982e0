"""Stored payloads read again after something was mended: told first, then done; in the order of arrival."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.endpoints.event import FOREVER
from app.interop.reading import Item, Reading, Unreadable
from app.services.intake import checks, readers
from app.services.intake.readers import Reader
from app.services.redrive.run import collect, redriven
from app.storage.redrive import Wanted
from app.storage.tables import RECORD, RECORD_VERSION
from tests.journeys.conftest import STORES
from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

REDRIVE = f"/studies/{STUDY}/redrive"
MADE_UP = "text/x-made-up"


@dataclass
class Profile:
    """How lines `id value` of a made-up format become adverse events; a test mends it."""

    column: str = "outcome"
    words: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    envelope: dict[str, Any] = field(default_factory=dict)
    broken: bool = False

    def read(self, services: Any, submission: Any) -> Reading:
        if self.broken:
            raise Unreadable("no such profile", (), "file")
        items = []
        for number, line in enumerate(submission.body.decode().splitlines()):
            identifier, value = line.split()
            if identifier not in self.left_out:
                raw = record("adverse_event", identifier, term="Fever", **self.envelope)
                raw[self.column] = self.words.get(value, value)
                items.append(Item(len(items), raw, line.encode(), place=f"line {number + 1}"))
        return Reading(items, key="file")


@pytest.fixture(params=STORES)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as found:
        found.send(subject())
        found.clock.move(minutes=1)
        yield found


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch) -> Profile:
    found = Profile()
    monkeypatch.setitem(readers.READERS, MADE_UP, Reader(found.read))
    return found


def send(door: Door, *lines: str) -> Raw:
    door.clock.move(minutes=1)
    found: Raw = door.post("\n".join(lines).encode(), MADE_UP).json()
    return found


def redrive(door: Door, **params: Any) -> Raw:
    """Of what came after the subject, where nothing else is said."""
    answer = door.request("POST", REDRIVE, params={"since": "2026-06-30T12:00:30Z", **params})
    assert answer.status_code == 200, answer.text
    found: Raw = answer.json()
    return found


def counts(report: Raw) -> Raw:
    names = ("new", "changed", "gone", "same", "held", "refused")
    return {name: report[name] for name in names if report[name]}


def contents(door: Door) -> list[tuple[Any, ...]]:
    """Every version of every adverse event: its id, outcome and status, and whether it counts."""
    statement = select(RECORD.c.source_id, RECORD_VERSION.c.content, RECORD_VERSION.c.seq_to)
    with door.services.database.read.connect() as connection:
        rows = connection.execute(statement.join_from(RECORD, RECORD_VERSION).order_by(RECORD_VERSION.c.id)).all()
    return [
        (row.source_id, content.get("outcome"), content.get("status", "final"), row.seq_to == FOREVER)
        for row in rows
        if (content := json.loads(row.content))["type"] == "adverse_event"
    ]


def test_nothing_mended_nothing_changes(door: Door, profile: Profile) -> None:
    send(door, "AE1 mild", "AE2 mild")
    send(door, "AE1 worse", "AE3 mild")
    door.send(record("adverse_event", "AE9", term="Fever", grade=7))
    before = door.seq()
    report = redrive(door, apply="true", since="2026-06-30")
    assert counts(report) == {"same": 5, "refused": 1}
    assert (report["applied"], report["payloads"], door.seq()) == (True, 4, before)
    assert len(door.quarantine()) == 1


def test_told_first_then_done(door: Door, profile: Profile) -> None:
    send(door, "AE1 w", "AE2 b")
    profile.words["b"] = "better"
    told = redrive(door)
    assert (told["applied"], counts(told)) == (False, {"changed": 1, "same": 1})
    (difference,) = told["differences"]
    assert (difference["difference"], difference["fields"]) == ("changed", ["outcome"])
    assert (difference["place"], difference["record"]) == ("line 2", "adverse_event/A/ehr/AE2")
    assert contents(door) == [("AE1", "w", "final", True), ("AE2", "b", "final", True)]
    done = redrive(door, apply="true")
    assert done["differences"] == told["differences"]
    assert contents(door)[1:] == [("AE2", "b", "final", False), ("AE2", "better", "final", True)]
    assert counts(redrive(door)) == {"same": 2}
    assert door.rebuilt().different == 0


def test_the_same_version_number_may_say_something_else_now(door: Door, profile: Profile) -> None:
    """At the door the same number with other content is a conflict; read again, it is the same version."""
    profile.envelope = {"version": 3}
    send(door, "AE1 b")
    profile.words["b"] = "better"
    assert counts(redrive(door, apply="true")) == {"changed": 1}
    assert contents(door)[-1] == ("AE1", "better", "final", True)


def test_a_later_correction_still_counts(door: Door, profile: Profile) -> None:
    """Without versions arrival decides: what came first and is read otherwise now does not overtake."""
    send(door, "AE1 first")
    send(door, "AE1 second")
    profile.words["first"] = "mended"
    report = redrive(door, apply="true")
    assert report["differences"][0]["superseded"] is True
    assert [row for row in contents(door) if row[3]] == [("AE1", "second", "final", True)]
    assert counts(redrive(door, apply="true")) == {"same": 2}


def test_mended_and_mended_back(door: Door, profile: Profile) -> None:
    send(door, "AE1 b")
    for words in ({"b": "better"}, {}, {"b": "better"}):
        profile.words = dict(words)
        assert counts(redrive(door, apply="true")) == {"changed": 1}
        assert [row[1] for row in contents(door) if row[3]] == [words.get("b", "b")]


def test_what_is_said_no_more_is_entered_in_error(door: Door, profile: Profile) -> None:
    send(door, "AE1 x", "AE2 x")
    profile.left_out = ("AE1",)
    told = redrive(door)
    assert (counts(told), told["differences"][0]["record"]) == ({"gone": 1, "same": 1}, "adverse_event/A/ehr/AE1")
    redrive(door, apply="true")
    assert contents(door)[-1] == ("AE1", "x", "entered-in-error", True)
    assert counts(redrive(door)) == {"same": 1}
    profile.left_out = ()
    assert counts(redrive(door, apply="true")) == {"changed": 1, "same": 1}
    assert [row[2] for row in contents(door) if row[3]] == ["final", "final"]
    assert door.rebuilt().different == 0


def test_what_another_payload_still_says_is_not_gone(door: Door, profile: Profile) -> None:
    send(door, "AE1 x")
    door.send(record("adverse_event", "AE1", term="Fever", outcome="x"))
    profile.left_out = ("AE1",)
    assert counts(redrive(door, apply="true")) == {"same": 1}
    assert contents(door) == [("AE1", "x", "final", True)]


def test_refused_for_a_unit_that_the_table_knows_now(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    result = record("lab", "L1", test="hemoglobin", collected="2026-06-01", value=9, unit="g/dL")
    with monkeypatch.context() as patch:
        patch.setattr(checks, "ucum", lambda test, unit: None)
        door.send(result)
    (item,) = door.quarantine()
    assert counts(redrive(door, item=item["id"])) == {"new": 1}
    assert len(door.quarantine()) == 1
    assert counts(redrive(door, item=item["id"], apply="true")) == {"new": 1}
    assert (door.quarantine(), len(door.quarantine(cleared="true"))) == ([], 1)
    assert door.receipt(result)["unchanged"] == 1


def test_of_a_payload_only_the_items_that_are_asked_for(door: Door, profile: Profile) -> None:
    profile.column = "grade"
    profile.words = {"2": 2}
    send(door, "AE1 2", "AE2 high", "AE3 low")
    item = next(item for item in door.quarantine() if item["place"] == "line 2")
    profile.words = {"2": 3, "high": 4, "low": 1}
    assert counts(redrive(door, item=item["id"], apply="true")) == {"new": 1}
    assert [item["place"] for item in door.quarantine()] == ["line 3"]


def test_refused_for_another_reason_now(door: Door, profile: Profile) -> None:
    profile.column = "grade"
    send(door, "AE1 high")
    profile.column = "severity"
    assert counts(redrive(door, apply="true")) == {"refused": 1}
    (item,) = door.quarantine()
    assert (item["issues"][0]["path"], item["issues"][0]["place"]) == ("records[0].severity", "line 1")
    assert len(door.quarantine(cleared="true")) == 1
    redrive(door, apply="true")
    assert len(door.quarantine(cleared="true")) == 1


def test_what_was_laid_aside_stays_aside(door: Door, profile: Profile) -> None:
    profile.column = "grade"
    send(door, "AE1 high")
    item = door.quarantine()[0]["id"]
    door.request("POST", f"/studies/{STUDY}/quarantine/{item}/dismiss", json={"reason": "a test of the interface"})
    profile.column = "severity"
    redrive(door, apply="true")
    assert door.quarantine() == []


def test_a_payload_that_could_not_be_read_at_all(door: Door, profile: Profile) -> None:
    profile.broken = True
    assert door.post(b"AE1 x", MADE_UP).status_code == 400
    assert len(door.quarantine()) == 1
    profile.broken = False
    assert counts(redrive(door, apply="true"))["new"] == 1
    assert door.quarantine() == []


def test_a_corrected_file_clears_the_one_that_could_not_be_read(door: Door, profile: Profile) -> None:
    profile.broken = True
    door.post(b"AE1", MADE_UP)
    profile.broken = False
    send(door, "AE1 x")
    assert door.quarantine() == []


def test_a_good_version_stays_where_it_cannot_be_read_now(door: Door, profile: Profile) -> None:
    send(door, "AE1 x")
    profile.column = "severity"
    report = redrive(door, apply="true")
    assert counts(report) == {"refused": 1}
    assert contents(door) == [("AE1", "x", "final", True)]
    assert len(door.quarantine()) == 1


@pytest.mark.parametrize(
    ("asked", "payloads"),
    [
        ({"since": "2026-06-30T12:01:30Z"}, 1),
        ({"since": "2026-06-30", "until": "2026-06-30T12:01:30Z"}, 2),
        ({"profile": "no-such-profile"}, 0),
        ({"receipt": "0"}, 0),
    ],
)
def test_which_payloads_are_read(tmp_path: Path, profile: Profile, asked: dict[str, str], payloads: int) -> None:
    with open_door(tmp_path) as door:
        door.send(subject())
        send(door, "AE1 x")
        send(door, "AE2 x")
        assert redrive(door, **asked)["payloads"] == payloads


def test_one_receipt(door: Door, profile: Profile) -> None:
    first = send(door, "AE1 x")["receipt"]
    send(door, "AE2 x")
    profile.words["x"] = "y"
    assert [found["receipt"] for found in redrive(door, receipt=first)["differences"]] == [first]


def test_more_than_one_run_takes(tmp_path: Path, profile: Profile) -> None:
    with open_door(tmp_path, max_records=2) as door:
        door.send(subject())
        for number in range(5):
            send(door, f"AE{number} x")
        profile.words["x"] = "y"
        first = redrive(door, apply="true")
        assert first["payloads"] == 2
        second = redrive(door, apply="true", after=first["next"])
        third = redrive(door, apply="true", after=second["next"])
        assert "next" not in third
        assert first["changed"] + second["changed"] + third["changed"] == 5


def test_a_resend_after_the_run_is_unchanged(door: Door, profile: Profile) -> None:
    send(door, "AE1 b")
    profile.words["b"] = "better"
    redrive(door, apply="true")
    assert send(door, "AE1 b")["unchanged"] == 1


def test_what_cannot_be_asked(door: Door) -> None:
    assert door.request("POST", REDRIVE, params={"since": "yesterday"}).status_code == 400
    assert door.request("POST", REDRIVE, params={"everything": "true"}).status_code == 400
    assert door.request("POST", "/studies/nowhere/redrive").status_code == 404


def test_what_comes_between_reading_and_writing_still_counts(door: Door, profile: Profile) -> None:
    """The payloads are read before the write lock is taken; a correction and a resend slip in between."""
    send(door, "AE1 b", "AE2 b")
    profile.words["b"] = "better"
    run = collect(door.services, Wanted(STUDY), "", "test")
    send(door, "AE1 corrected")
    send(door, "AE2 b")
    report = door.services.writer.run(lambda connection: redriven(connection, run, True))
    assert counts(report) == {"changed": 1, "same": 2}  # the subject too
    assert [row[:2] for row in contents(door) if row[3]] == [("AE1", "corrected"), ("AE2", "better")]
    assert door.quarantine() == []
