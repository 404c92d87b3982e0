"""How a worker writes an export, and how another goes on with it.

docs/bulk-export.md
"""

from collections.abc import Iterator
from typing import Any

import pytest

from app.services.export import run
from app.storage.exports import jobs, scan
from tests.api.fhir.exports import Exports
from tests.journeys.door import subject
from tests.services.export.workers import Interrupted, Killed, check_whole, die, job_of, work


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
