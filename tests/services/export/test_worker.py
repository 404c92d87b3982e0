"""What becomes of an export when its worker dies, is stopped, is too slow, or is not alone.

docs/bulk-export.md
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.interop.fhir.form import Form
from app.services.export import run, worker
from app.storage.exports import jobs, scan
from tests.api.fhir.exports import Exports
from tests.journeys.door import open_door, subject
from tests.services.export.workers import Killed, a_worker, check_whole, idle, job_of, on_disk, send, work


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def exports(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exports]:
    """A service with some subjects and small files, on each store."""
    monkeypatch.setattr(run, "MOST_ROWS", 2)
    monkeypatch.setattr(scan, "PAGE", 2)
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with idle(tmp_path, url) as found:
        send(found.door)
        yield found


class Interrupted:
    """Reading that does something at one of its pages, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, page: int, what: Any) -> None:
        self._plain, self._left, self._what = scan._pages, page, what
        monkeypatch.setattr(scan, "_pages", self._pages)

    def _pages(self, *asked: Any) -> Iterator[Any]:
        for rows in self._plain(*asked):
            self._left -= bool(rows)
            if rows and self._left == 0:
                self._what()
            yield rows


def die() -> None:
    raise Killed


def test_files_are_of_limited_length(exports: Exports) -> None:
    location = exports.started("$export?_type=Patient")
    work(exports.door)
    manifest = exports.finished(location).json()
    assert [item["count"] for item in manifest["output"]] == [2, 2, 1]
    assert len({one["id"] for one in exports.lines(manifest)}) == 5


def test_another_worker_goes_on_where_one_died(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    location = exports.started("$export")
    Interrupted(monkeypatch, 6, die)
    with pytest.raises(Killed):
        work(exports.door)
    job, done = job_of(exports.door, location)
    assert (job.state, len(done)) == (jobs.RUNNING, 5)
    (exports.door.services.settings.export_folder / job.id / "Patient.left-behind.ndjson").touch()
    work(exports.door)  # the lease has not run out: the one who holds it may be alive
    assert job_of(exports.door, location) == (job, done)
    exports.door.clock.move(seconds=31)
    work(exports.door)
    finished, files = job_of(exports.door, location)
    assert (finished.state, finished.attempts, files[:5]) == (jobs.COMPLETED, 2, done)
    lines = check_whole(exports, location)
    expected = exports.door.everything(exports.door.study_reference())
    assert sorted(one["id"] for one in lines) == sorted(one["id"] for one in expected)


def test_the_snapshot_is_that_of_the_kick_off_whoever_ends_it(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = exports.started("$export?_type=Patient")
    Interrupted(monkeypatch, 2, die)
    with pytest.raises(Killed):
        work(exports.door)
    exports.door.receipt(subject("A-LATE"))
    exports.door.clock.move(seconds=31)
    work(exports.door)
    assert len(check_whole(exports, location)) == 5
    work_location = exports.started("$export?_type=Patient")
    work(exports.door)
    assert len(check_whole(exports, work_location)) == 6


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


def test_one_who_comes_back_too_late_changes_nothing(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that slept past its lease: another has done the job meanwhile."""
    location = exports.started("$export")

    def overtaken() -> None:
        exports.door.clock.move(seconds=31)
        work(exports.door)

    Interrupted(monkeypatch, 3, overtaken)
    work(exports.door)
    job, files = job_of(exports.door, location)
    assert (job.state, job.attempts) == (jobs.COMPLETED, 2)
    assert [file.position for file in files] == list(range(len(files)))
    check_whole(exports, location)


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


def test_what_kills_every_worker_fails_in_the_end(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_pages", lambda *_: die())
    location = exports.started("$export")
    for _ in range(worker.MOST_ATTEMPTS):
        with pytest.raises(Killed):
            work(exports.door)
        exports.door.clock.move(seconds=31)
    work(exports.door)
    assert exports.door.request("GET", location).status_code == 500


def test_a_beat_keeps_others_away(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MOST_ROWS", 1000)
    location = exports.started("$export?_type=Patient")
    plain = scan._pages

    def slow(*asked: Any) -> Iterator[Any]:
        for rows in plain(*asked):
            exports.door.clock.move(seconds=25)
            work(exports.door)
            yield rows

    monkeypatch.setattr(scan, "_pages", slow)
    work(exports.door)
    assert job_of(exports.door, location)[0].attempts == 1
    assert len(check_whole(exports, location)) == 5


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


@pytest.mark.postgres
def test_two_processes_race_for_one_job(postgres_database: str, tmp_path: Path) -> None:
    """Each has a writer and connections of its own; whoever is quicker does it, once."""
    with idle(tmp_path / "shared", postgres_database) as one, idle(tmp_path / "shared", postgres_database) as two:
        send(one.door)
        for _ in range(10):
            locations = [one.started("$export"), one.started("$export")]
            start = threading.Barrier(2)
            tools = [a_worker(exports.door) for exports in (one, two)]
            for place, own in enumerate(tools):  # ids that the two draw must differ, as random ones do
                object.__setattr__(own, "new_id", names(f"{place}-{time.monotonic_ns()}"))

            def compete(own: Any, start: threading.Barrier = start) -> None:
                start.wait()
                worker.turn(own)

            racing = [threading.Thread(target=compete, args=(own,)) for own in tools]
            for thread in racing:
                thread.start()
            for thread in racing:
                thread.join()
            for location in locations:
                assert job_of(one.door, location)[0].attempts == 1
                check_whole(one, location)
                one.door.request("DELETE", location)


def names(prefix: str) -> Any:
    counted = iter(range(10_000))
    return lambda: f"{prefix}-{next(counted)}"


SLOW = """
import sys, time
from pathlib import Path
from app.config import Settings
from app.main import create_app
from app.services.export import run
from app.storage.exports import scan

scan.PAGE = run.MOST_ROWS = 1
plain = scan._pages

def slow(*asked):
    for rows in plain(*asked):
        time.sleep(0.05)
        yield rows

scan._pages = slow
create_app(Settings(data=Path(sys.argv[1])))
time.sleep(60)
"""


def test_an_export_survives_the_end_of_its_process(tmp_path: Path) -> None:
    with idle(tmp_path) as exports:
        send(exports.door)
        location = exports.started("$export")
        process = subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path)])
        try:
            while len(job_of(exports.door, location)[1]) < 3:
                assert process.poll() is None
                time.sleep(0.05)
        finally:
            process.kill()
            process.wait()
        _, done = job_of(exports.door, location)
    with open_door(tmp_path) as door:
        door.services.exports.stop()
        again = Exports(door)
        door.clock.now = datetime.now(UTC) + timedelta(seconds=31)
        work(door)
        job, files = job_of(door, location)
        assert (job.state, job.attempts, files[: len(done)]) == (jobs.COMPLETED, 2, done)
        expected = door.everything(door.study_reference())
        assert sorted(one["id"] for one in check_whole(again, location)) == sorted(one["id"] for one in expected)


def test_a_service_that_starts_goes_on_by_itself(tmp_path: Path) -> None:
    with idle(tmp_path) as exports:
        send(exports.door)
        location = exports.started("$export")
    with open_door(tmp_path) as door:
        check_whole(Exports(door), location)


def test_a_folder_that_is_gone_is_not_waited_for(exports: Exports) -> None:
    location = exports.started("$export")
    work(exports.door)
    [item, *_] = exports.finished(location).json()["output"]
    shutil.rmtree(exports.door.services.settings.export_folder)
    assert exports.door.request("GET", item["url"]).status_code == 404
