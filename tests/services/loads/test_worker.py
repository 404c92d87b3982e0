"""A load is taken once, piece by piece, whatever happens between two of them.

docs/loading.md
"""

import os
from datetime import timedelta

import pytest

from app.services.loads import worker
from app.storage import loads as stored
from tests.journeys.door import STUDY, record, subject
from tests.services.loads.workers import BrokenOff, Interrupted, Loads, lines, subjects


def key(number: int) -> list[tuple[str, str, int]]:
    return [(STUDY, f"subject/A/ehr/S-A-{number}", 1), (STUDY, f"infusion/A/ehr/I-A-{number}", 1)]


def everything(count: int) -> list[tuple[str, str, int]]:
    return [row for number in range(count) for row in key(number)]


def test_a_file_is_taken_and_gone(loads: Loads) -> None:
    location = loads.begun(subjects(3))
    assert loads.state(location)["state"] == "accepted"
    assert len(loads.files()) == 1
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["records"], state["accepted"]) == ("completed", 6, 6)
    assert state["bytes"]["done"] == state["bytes"]["total"] == len(subjects(3))
    assert state["counts"] == [
        {"type": "infusion", "site": "A", "accepted": 3},
        {"type": "subject", "site": "A", "accepted": 3},
    ]
    assert loads.versions() == everything(3)
    assert loads.files() == []


def test_each_piece_is_kept_as_it_came_with_a_receipt(loads: Loads) -> None:
    body = subjects(2)
    loads.begun(body)
    loads.work()
    with loads.door.services.database.read.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT i.payload, i.receipt FROM load_piece p JOIN inbox i ON i.id = p.receipt ORDER BY p.number"
        ).all()
    assert b"".join(bytes(row.payload) for row in rows) == body
    assert all(row.receipt for row in rows)


def test_what_is_refused_is_counted_explained_and_listed(loads: Loads) -> None:
    bad = [record("adverse_event", f"AE-{number}", "A-0", term="Sepsis", grade=7) for number in range(3)]
    location = loads.begun(lines(subject("A-0"), *bad, record("lab", "L1", "A-0")))
    loads.work()
    state = loads.state(location)
    assert (state["accepted"], state["rejected"]) == (1, 4)
    [grade] = [reason for reason in state["reasons"] if reason["path"] == "grade"]
    assert (grade["type"], grade["count"], grade["expected"]) == ("adverse_event", 3, "1 to 5")
    refused = loads.refused(location)
    assert [line["outcome"] for line in refused] == ["rejected"] * 4
    assert [line["place"] for line in refused] == ["line 2", "line 3", "line 4", "line 5"]
    assert [(line["type"], line["site"]) for line in refused] == [("adverse_event", "A")] * 3 + [("lab", "A")]
    assert len(loads.door.quarantine()) == 4


def test_the_same_file_is_the_same_load(loads: Loads) -> None:
    location = loads.begun(subjects(2))
    assert loads.begun(subjects(2)) == location
    loads.work()
    answer = loads.post(subjects(2))
    assert (answer.status_code, answer.json()["state"]) == (200, "completed")
    assert answer.headers["content-location"] == location
    assert loads.files() == []
    assert loads.begun(subjects(2), dry_run=True) != location


def test_again_takes_it_once_more_and_doubles_nothing(loads: Loads) -> None:
    location = loads.begun(subjects(2))
    loads.work()
    assert loads.begun(subjects(2), again=True) == location
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["accepted"], state["unchanged"]) == ("completed", 0, 4)
    assert loads.versions() == everything(2)


def test_stopped_it_is_given_back_and_goes_on(loads: Loads) -> None:
    location, tools = loads.begun(subjects(3)), loads.tools()
    with pytest.MonkeyPatch.context() as patch:
        Interrupted(patch, 2, tools.loads._ending.set)
        worker.turn(tools)
    state = loads.state(location)
    assert (state["state"], state["records"]) == ("accepted", 4)
    loads.work()
    assert loads.state(location)["accepted"] == 6
    assert loads.versions() == everything(3)


@pytest.mark.parametrize("piece", [1, 2, 3])
def test_what_breaks_off_before_a_commit_is_taken_once(loads: Loads, piece: int) -> None:
    """Neither the records nor how far it is were kept; after the lease the next worker takes both."""
    location = loads.begun(subjects(3))
    with pytest.MonkeyPatch.context() as patch:
        BrokenOff(patch, piece, lambda: 1 // 0)
        loads.work()
    assert loads.versions() == everything(piece - 1)
    assert loads.state(location)["records"] == 2 * (piece - 1)
    loads.door.clock.move(seconds=31)
    loads.work()
    assert loads.state(location)["accepted"] == 6
    assert loads.versions() == everything(3)


def test_a_worker_that_lost_its_lease_writes_nothing_more(loads: Loads) -> None:
    location = loads.begun(subjects(3))

    def overtaken() -> None:
        with loads.door.services.database.write.begin() as connection:
            connection.exec_driver_sql("UPDATE load SET lease = 'another'")

    with pytest.MonkeyPatch.context() as patch:
        plain = worker.Attempt._take

        def take(attempt: worker.Attempt, piece: object) -> None:
            if attempt._load.number == 0 and not loads.versions():
                plain(attempt, piece)
                overtaken()
            else:
                plain(attempt, piece)

        patch.setattr(worker.Attempt, "_take", take)
        loads.work()
    assert loads.versions() == everything(1)
    assert loads.state(location)["state"] == "running"
    loads.door.clock.move(seconds=31)
    loads.work()
    assert loads.versions() == everything(3)


def test_called_off_what_was_taken_stays_and_the_rest_can_follow(loads: Loads) -> None:
    location = loads.begun(subjects(3))
    with pytest.MonkeyPatch.context() as patch:
        plain = worker.Attempt._take

        def take(attempt: worker.Attempt, piece: object) -> None:
            plain(attempt, piece)
            loads.door.request("DELETE", location)

        patch.setattr(worker.Attempt, "_take", take)
        loads.work()
    state = loads.state(location)
    assert (state["state"], state["accepted"], loads.files()) == ("cancelled", 2, [])
    assert loads.begun(subjects(3)) == location
    loads.work()
    assert loads.state(location)["accepted"] == 6
    assert loads.versions() == everything(3)


def test_one_that_has_ended_cannot_be_called_off(loads: Loads) -> None:
    location = loads.begun(subjects(1))
    loads.work()
    assert loads.door.request("DELETE", location).json()["state"] == "completed"


def test_what_fails_every_time_is_told_and_goes_on_when_sent_again(loads: Loads) -> None:
    location = loads.begun(subjects(3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "step", lambda *_: 1 // 0)
        for attempt in range(worker.MOST_ATTEMPTS):
            assert loads.state(location)["state"] == ("running" if attempt else "accepted")
            loads.work()
            loads.door.clock.move(seconds=31)
    state = loads.state(location)
    assert (state["state"], [issue["code"] for issue in state["issues"]]) == ("failed", ["exception"])
    assert loads.files() == []
    loads.begun(subjects(3))
    loads.work()
    assert loads.versions() == everything(3)


def test_what_kills_every_worker_fails_in_the_end(loads: Loads) -> None:
    location = loads.begun(subjects(1))
    for _ in range(worker.MOST_ATTEMPTS):
        assert worker._claim(loads.tools()) is not None
        loads.door.clock.move(seconds=31)
    loads.work()
    assert loads.state(location)["state"] == "failed"


def test_a_file_that_is_gone_is_told(loads: Loads) -> None:
    location = loads.begun(subjects(1))
    for path in loads.door.services.settings.load_folder.iterdir():
        path.unlink()
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["issues"][0]["code"]) == ("failed", "not-found")


def test_a_line_without_end_fails_after_what_came_before(loads: Loads) -> None:
    most = loads.door.services.settings.max_body_bytes
    location = loads.begun(subjects(2) + b'"' + b"x" * most)
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["accepted"], state["issues"][0]["code"]) == ("failed", 4, "too-long")


def test_lines_without_records_are_passed_over(loads: Loads) -> None:
    location = loads.begun(b"\n" * 9 + subjects(1) + b"\n" * 9)
    loads.work()
    assert (loads.state(location)["state"], loads.state(location)["records"]) == ("completed", 2)


def test_the_oldest_is_taken_first(loads: Loads) -> None:
    first = loads.begun(lines(subject("A-1")))
    loads.door.clock.move(seconds=1)
    second = loads.begun(lines(subject("A-2")))
    loads.work()
    listed = loads.door.get(f"/studies/{STUDY}/loads").json()["loads"]
    assert [f"/studies/{STUDY}/loads/{load['load']}" for load in listed] == [second, first]
    assert [row[1] for row in loads.versions()] == ["subject/A/ehr/S-A-1", "subject/A/ehr/S-A-2"]


def test_what_a_killed_process_left_is_swept_and_what_is_wanted_stays(loads: Loads) -> None:
    loads.begun(subjects(1))
    [wanted] = loads.files()
    folder = loads.door.services.settings.load_folder
    (folder / "old.part").touch()
    (folder / "young.part").touch()
    long_ago = (loads.door.clock.now - timedelta(hours=2)).timestamp()
    now = loads.door.clock.now.timestamp()
    for name, time in (("old.part", long_ago), ("young.part", now), (wanted, long_ago)):
        os.utime(folder / name, (time, time))
    worker.sweep(loads.tools())
    assert loads.files() == sorted([wanted, "young.part"])


def test_a_dry_run_tells_and_stores_nothing(loads: Loads) -> None:
    before = loads.door.seq()
    location = loads.begun(subjects(2) + lines(record("lab", "L1", "A-0")), dry_run=True)
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["dry_run"], state["accepted"], state["rejected"]) == ("completed", True, 4, 1)
    assert [line["type"] for line in loads.refused(location)] == ["lab"]
    assert (loads.versions(), loads.door.quarantine(), loads.door.seq()) == ([], [], before)
    assert loads.begun(subjects(2) + lines(record("lab", "L1", "A-0"))) != location
    loads.work()
    assert loads.versions() == everything(2)


def test_attempts_count_only_as_long_as_nothing_more_is_taken(loads: Loads) -> None:
    """Of eight pieces each attempt takes one, and dies at the next."""
    location = loads.begun(subjects(8))
    for _ in range(7):
        with pytest.MonkeyPatch.context() as patch:
            BrokenOff(patch, 2, lambda: 1 // 0)
            loads.work()
        loads.door.clock.move(seconds=31)
    loads.work()
    assert (loads.state(location)["state"], loads.versions()) == ("completed", everything(8))


def test_places_are_those_of_the_file_whatever_the_pieces(loads: Loads) -> None:
    """Lines 1 and 2 are the first piece, blank line and all; the fault stands in line 6, and the quarantine says so."""
    location = loads.begun(b"\n" + subjects(2) + b'{"type": "lab"}\n')
    loads.work()
    [line] = loads.refused(location)
    assert line["place"] == "line 6"
    assert {reason["places"][0] for reason in loads.state(location)["reasons"]} == {"line 6"}


def test_a_dry_run_sees_what_stands_further_up_in_the_file(loads: Loads) -> None:
    """The infusion of a subject of the same file would not wait, though both are more than a piece."""
    location = loads.begun(
        lines(subject("A-0"), subject("A-1"), record("infusion", "I1", "A-0", start="2024-03-01")), dry_run=True
    )
    loads.work()
    assert loads.state(location)["waiting"] == 0
