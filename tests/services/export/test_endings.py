"""How an export ends: stopped, called off, failed, told what is missing, expired.

docs/bulk-export.md
"""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.interop.fhir.form import Form
from app.services.export import run, worker
from app.storage.exports import jobs, scan
from tests.api.fhir.exports import Exports
from tests.services.export.workers import (
    Interrupted,
    Killed,
    a_worker,
    check_whole,
    die,
    job_of,
    on_disk,
    work,
)


def test_stopped_it_is_given_back_and_no_attempt_is_lost(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    location = exports.started("$export")
    tools = a_worker(exports.door)
    Interrupted(monkeypatch, 3, tools.exports.stop)
    worker.turn(tools)
    job, done = job_of(exports.door, location)
    assert (job.state, job.attempts, job.lease, len(done)) == (jobs.ACCEPTED, 0, None, 2)
    assert on_disk(exports.door, location) == {file.name for file in done}
    work(exports.door)
    check_whole(exports, location)


def test_called_off_while_it_is_written_nothing_is_left(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    location = exports.started("$export")

    def cancel() -> None:
        assert exports.door.request("DELETE", location).status_code == 202

    Interrupted(monkeypatch, 3, cancel)
    work(exports.door)
    assert exports.door.request("GET", location).status_code == 404
    assert list(exports.door.services.settings.export_folder.iterdir()) == []


def test_called_off_just_before_it_begins_nothing_is_left(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    location, begin = exports.started("$export"), run.Attempt.run

    def too_late(attempt: run.Attempt) -> None:
        exports.door.request("DELETE", location)
        begin(attempt)

    monkeypatch.setattr(run.Attempt, "run", too_late)
    work(exports.door)
    assert list(exports.door.services.settings.export_folder.iterdir()) == []


def test_called_off_between_two_beats_it_stops_at_the_next(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MOST_ROWS", 1000)
    location = exports.started("$export?_type=Patient")
    read: list[int] = []

    def cancel() -> None:
        exports.door.request("DELETE", location)
        exports.door.clock.move(seconds=3)

    Interrupted(monkeypatch, 1, cancel)
    counted = run.Attempt._counted

    def counting(*asked: Any) -> Iterator[Any]:
        for page in counted(*asked):
            read.append(len(page))
            yield page

    monkeypatch.setattr(run.Attempt, "_counted", counting)
    work(exports.door)
    assert read == []
    assert list(exports.door.services.settings.export_folder.iterdir()) == []


def test_a_fault_is_tried_again_and_then_told(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    location = exports.started("$export")
    for attempt in range(1, worker.MOST_ATTEMPTS + 1):
        assert exports.door.request("GET", location).status_code == 202
        work(exports.door)
        assert job_of(exports.door, location)[0].attempts == attempt
        assert on_disk(exports.door, location) == set()
        exports.door.clock.move(seconds=31)
    assert exports.door.request("GET", location).status_code == 500
    monkeypatch.undo()
    again = exports.started("$export")
    work(exports.door)
    check_whole(exports, again)


@pytest.mark.parametrize("format_", ["ndjson", "parquet"])
def test_one_that_cannot_be_written_is_told_and_the_others_leave(
    exports: Exports, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    patients = exports.door.get("/fhir/Patient").json()["entry"]
    [odd, *others] = [entry["resource"]["id"] for entry in patients]
    plain = Form.of

    def of(form: Form, type_: str, stored: int, body: bytes) -> bytes:
        if odd.encode() in body:
            raise KeyError("Kanarienvogel")
        return plain(form, type_, stored, body)

    monkeypatch.setattr(Form, "of", of)
    location = exports.started(f"$export?_type=Patient&_elements=gender&_outputFormat={format_}")
    work(exports.door)
    manifest = exports.finished(location).json()
    assert sum(item["count"] for item in manifest["output"]) == len(others)
    [failed] = manifest["error"]
    assert (failed["type"], failed["count"]) == ("OperationOutcome", 1)
    if format_ == "ndjson":
        assert {one["id"] for one in exports.lines(manifest)} == set(others)
        [outcome] = exports.lines(manifest, "error")
        assert outcome["issue"][0]["expression"] == [f"Patient/{odd}"]
        assert outcome["issue"][0]["severity"] == "error"


def test_a_file_of_which_nothing_can_be_written_is_not_listed(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Form, "of", lambda *_: 1 // 0)
    location = exports.started("$export?_type=Patient&_elements=gender")
    work(exports.door)
    manifest = exports.finished(location).json()
    assert manifest["output"] == []
    assert len(exports.lines(manifest, "error")) == 5
    assert on_disk(exports.door, location) == {item["url"].rpartition("/")[2] for item in manifest["error"]}


def test_what_kills_every_worker_fails_in_the_end(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_pages", lambda *_: die())
    location = exports.started("$export")
    for _ in range(worker.MOST_ATTEMPTS):
        with pytest.raises(Killed):
            work(exports.door)
        exports.door.clock.move(seconds=31)
    work(exports.door)
    assert exports.door.request("GET", location).status_code == 500


def test_what_has_expired_is_removed(exports: Exports) -> None:
    location = exports.started("$export")
    work(exports.door)
    check_whole(exports, location)
    hours = exports.door.services.settings.export_hours
    exports.door.clock.move(hours=hours - 1)
    work(exports.door)
    assert on_disk(exports.door, location) != set()
    exports.door.clock.move(hours=2)
    work(exports.door)
    assert list(exports.door.services.settings.export_folder.iterdir()) == []
    with exports.door.services.database.read.connect() as connection:
        assert jobs.known(connection) == set()


def test_old_folders_without_a_job_are_removed_and_nothing_else(exports: Exports) -> None:
    folder = exports.door.services.settings.export_folder
    orphan, young, other = folder / ("0" * 31 + "a"), folder / ("0" * 31 + "b"), folder / "notes"
    long_ago = (exports.door.clock.now - timedelta(days=2)).timestamp()
    for path in (orphan, young, other):
        path.mkdir(parents=True)
        os.utime(path, (long_ago, long_ago))
    os.utime(young)
    work(exports.door)
    assert set(folder.iterdir()) == {young, other}


def test_a_folder_that_is_gone_is_not_waited_for(exports: Exports) -> None:
    location = exports.started("$export")
    work(exports.door)
    [item, *_] = exports.finished(location).json()["output"]
    shutil.rmtree(exports.door.services.settings.export_folder)
    assert exports.door.request("GET", item["url"]).status_code == 404
