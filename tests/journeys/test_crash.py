"""What was acknowledged is there after SIGKILL, once and unaltered; what was not is there whole or not at all.

A killed process is not a power cut: that the commit reaches the disk before the answer leaves is SQLite's
`synchronous=FULL` (tests/storage/test_database.py).
"""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import httpx

from tests.journeys.door import STUDY, Raw, open_door, record, subject

ROUNDS = 3
CLIENTS = 6
SERVE = "import sys; from app.cli import main; sys.argv[0] = 'engraft'; main()"


@contextmanager
def serving(folder: Path, **settings: object) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [sys.executable, "-c", SERVE, "serve", "--port", str(port), "--data", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENGRAFT_")}
    environment |= {f"ENGRAFT_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        await_answer(process, address)
        yield process, address
    finally:
        process.kill()
        process.wait()


def await_answer(process: subprocess.Popen[bytes], address: str) -> None:
    while process.poll() is None:
        try:
            httpx.get(f"{address}/health/ready").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the service did not start")


def pair(number: int) -> list[Raw]:
    """One payload: a subject and its infusion, which must never be there without each other."""
    return [
        subject(f"A-{number}", mrn=str(number)),
        record("infusion", f"I{number}", f"A-{number}", start="2024-03-01"),
    ]


def send_until_killed(process: subprocess.Popen[bytes], address: str, numbers: Iterator[int], after: int) -> set[int]:
    """Numbers whose payloads were acknowledged; the process is killed on the `after`-th acknowledgement."""
    acknowledged: set[int] = set()
    lock = threading.Lock()

    def send(_: int) -> None:
        with httpx.Client(base_url=address, timeout=30) as client:
            while True:
                with lock:
                    number = next(numbers)
                try:
                    answer = client.post(f"/studies/{STUDY}/records", json=pair(number))
                except httpx.TransportError:
                    return
                assert answer.status_code == 201
                with lock:
                    acknowledged.add(number)
                    if len(acknowledged) == after:
                        process.send_signal(signal.SIGKILL)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(send, range(CLIENTS)))
    return acknowledged


def check_store(folder: Path, acknowledged: set[int]) -> None:
    with closing(sqlite3.connect(folder / "engraft.sqlite")) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = {row[0] for row in store.execute("SELECT number FROM subject")}
        infused = [row[0] for row in store.execute("SELECT subject_number FROM record WHERE type = 'infusion'")]
        versions = {row[0] for row in store.execute("SELECT id FROM record_version")}
        seeded = "('study', 'definition', 'profile')"
        numbered = {row[0] for row in store.execute(f"SELECT seq FROM audit WHERE action NOT IN {seeded}")}
        unanswered = store.execute("SELECT count(*) FROM inbox WHERE receipt = ''").fetchone()
    assert {f"A-{number}" for number in acknowledged} <= kept
    assert sorted(infused) == sorted(kept)
    assert versions == numbered
    assert unanswered == (0,)


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    dice, numbers = random.Random(11), count(1)
    acknowledged: set[int] = set()
    for _ in range(ROUNDS):
        with serving(tmp_path) as (process, address):
            acknowledged |= send_until_killed(process, address, numbers, dice.randint(1, 25))
        check_store(tmp_path, acknowledged)
    with open_door(tmp_path) as door:
        assert {door.send(*pair(number)).status_code for number in acknowledged} == {200}
        assert door.rebuilt().different == 0
