"""Exports of several processes, and of one that is killed.

docs/bulk-export.md
"""

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.services.export import worker
from app.storage.exports import jobs
from tests.api.fhir.exports import Exports
from tests.journeys.door import open_door
from tests.services.export.workers import a_worker, check_whole, idle, job_of, send, work


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
