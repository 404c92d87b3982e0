"""A large file from a desk: connections break, processes are killed, and the same command brings it to its end.

docs/loading.md
"""

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.door import STUDY, subject
from tests.journeys.test_crash import SERVE, await_answer, serving
from tests.services.loads.workers import lines

SUBJECTS = 6000
BODY = lines(*(subject(f"A-{number}", mrn=str(number)) for number in range(SUBJECTS)))


def command(address: str, file: Path, *further: str) -> subprocess.Popen[str]:
    """`engraft load` in a process of its own."""
    arguments = [sys.executable, "-c", SERVE, "load", str(file), "--study", STUDY, "--to", address, "--json", *further]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    output, told = process.communicate(timeout=120)
    assert output, told
    return process.returncode, json.loads(output)


def loads(address: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = httpx.get(f"{address}/studies/{STUDY}/loads").json()["loads"]
    return found


def await_records(address: str) -> None:
    """Until some records were taken, and not all."""
    while not (found := loads(address)) or not found[0]["records"]:
        time.sleep(0.02)
    assert found[0]["state"] == "running"


def subjects_stored(address: str) -> int:
    return len(httpx.get(f"{address}/studies/{STUDY}/subjects").json()["subjects"])


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (_, address):
        port = int(address.rpartition(":")[2])
        with closing(socket.create_connection(("127.0.0.1", port))) as connection:
            head = f"POST /studies/{STUDY}/loads HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n"
            connection.sendall(f"{head}content-length: {len(BODY) + 1}\r\n\r\n".encode() + BODY)
            while not list((tmp_path / "data" / "loads").glob("*.part")):
                time.sleep(0.01)
        deadline = time.monotonic() + 10
        while list((tmp_path / "data" / "loads").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert list((tmp_path / "data" / "loads").iterdir()) == []
        assert loads(address) == []
        assert subjects_stored(address) == 0


@pytest.mark.slow
def test_the_service_is_killed_and_comes_back_while_the_command_waits(tmp_path: Path) -> None:
    file = tmp_path / "night.ndjson"
    file.write_bytes(BODY)
    with serving(tmp_path / "data") as (process, address):
        sending = command(address, file)
        await_records(address)
        process.send_signal(signal.SIGKILL)
        process.wait()
        again = [sys.executable, "-c", SERVE, "serve", "--port", address.rpartition(":")[2]]
        revived = subprocess.Popen([*again, "--data", str(tmp_path / "data")], stdout=subprocess.DEVNULL)
        try:
            await_answer(revived, address)  # type: ignore[arg-type]
            code, summary = finished(sending)
            assert (code, summary["accepted"], summary["unchanged"]) == (0, SUBJECTS, 0)
            assert subjects_stored(address) == SUBJECTS
        finally:
            revived.kill()
            revived.wait()


@pytest.mark.slow
def test_the_command_is_interrupted_and_the_next_one_sees_it_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "night.ndjson"
    file.write_bytes(BODY)
    with serving(tmp_path / "data") as (_, address):
        first = command(address, file)
        await_records(address)
        first.send_signal(signal.SIGINT)
        code, summary = finished(first)
        assert (code, list(summary["failed"])) == (130, [str(file)])
        code, summary = finished(command(address, file))
        assert (code, summary["accepted"], subjects_stored(address)) == (0, SUBJECTS, SUBJECTS)
