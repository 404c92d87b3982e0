"""A load whose worker is killed again and again, at any moment: each record is there once, whatever was acknowledged.

docs/loading.md
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.conftest import STORES
from tests.services.loads.workers import Loads, idle, subjects

KILLS = 20
RECORDS = 3000
PIECE = 20
# A worker that is killed is missed after this.
LEASE_SECONDS = 0.3


# Has everything imported, and forks a worker for each line that it reads.
NURSERY = """
import os, signal, sys, time
from datetime import timedelta
from pathlib import Path
from app import main
from app.config import Settings
from app.services.asking import utc_now
from app.services.loads import run, worker

folder, url, piece, lease = sys.argv[1:]
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
main.JOBS_PAUSE, run.PIECE_RECORDS = 0.05, int(piece)
run.LEASE = worker.LEASE = timedelta(seconds=float(lease))
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        main.open_services(Settings(data=Path(folder), database_url=url or None), utc_now, main.random_id)
        time.sleep(600)
    print(child, flush=True)
"""


@contextmanager
def nursery(folder: Path, url: str | None) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-c", NURSERY, str(folder), url or "", str(PIECE), str(LEASE_SECONDS)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@contextmanager
def worker(parent: subprocess.Popen[str]) -> Iterator[None]:
    """A worker in a process of its own; killed at the end."""
    assert parent.stdin is not None and parent.stdout is not None
    parent.stdin.write("\n")
    parent.stdin.flush()
    child = int(parent.stdout.readline())
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)


def go_on(loads: Loads, location: str) -> int:
    """Wait until something more was taken; the records taken so far."""
    before = loads.state(location)["records"]
    while (now := loads.state(location)["records"]) == before:
        time.sleep(0.005)
    return int(now)


@pytest.mark.slow
@pytest.mark.parametrize("store", STORES)
def test_a_worker_killed_twenty_times(request: pytest.FixtureRequest, store: str, tmp_path: Path) -> None:
    dice = random.Random(5)
    url = request.getfixturevalue("postgres_database") if store == "postgresql" else None
    with idle(tmp_path, url) as loads, nursery(tmp_path, url) as parent:
        location = loads.begun(subjects(RECORDS // 2))
        for _ in range(KILLS):
            with worker(parent):
                go_on(loads, location)
                time.sleep(dice.random() * 0.05)
            state, versions = loads.state(location), loads.versions()
            assert len(set(versions)) == len(versions) == state["accepted"] == state["records"]
            assert state["state"] == "running"
        with worker(parent):
            while go_on(loads, location) < RECORDS:
                pass
        versions = loads.versions()
        assert len(set(versions)) == len(versions) == RECORDS
        assert loads.door.rebuilt().different == 0
