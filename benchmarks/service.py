"""A service in a process of its own, and what its CPU time is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
STUDY = "gdt-relapse"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Service:
    """Address, data folder and process of a running server."""

    port: int
    data: Path
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """User and system time that the process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def process(command: list[str], port: int, data: Path, path: str) -> Iterator[Service]:
    """Start a server, wait until `path` answers, end it by its id."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}{path}", running)
        yield Service(port, data, running.pid)
    finally:
        running.terminate()
        running.wait(timeout=30)


def _wait(url: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if running.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the server did not answer")


@contextmanager
def engraft(data: Path | None = None) -> Iterator[Service]:
    """The service on an embedded database: that of a data folder, or an empty one."""
    with tempfile.TemporaryDirectory() as empty:
        folder, port = data or Path(empty), free_port()
        main = "from app.cli import main; main()"
        command = [sys.executable, "-c", main, "serve", "--port", str(port), "--data", str(folder)]
        with process(command, port, folder, "/health/ready") as found:
            yield found


@contextmanager
def bare(body: Path) -> Iterator[Service]:
    """uvicorn answering the bytes of a file from memory: the limit beneath every answer."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bare", str(port), str(body)]
    with process(command, port, body, "/") as found:
        yield found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def load_example(service: Service) -> int:
    """Load the example extract; the number of records."""
    sent = 0
    with httpx.Client(base_url=service.url, timeout=120) as client:
        client.put(f"/studies/{STUDY}", content=(EXAMPLES / "study.json").read_bytes()).raise_for_status()
        for path in sorted(EXAMPLES.glob("*.ndjson")):
            body = path.read_bytes()
            answer = client.post(
                f"/studies/{STUDY}/records", content=body, headers={"content-type": "application/x-ndjson"}
            )
            answer.raise_for_status()
            sent += body.count(b"\n")
    return sent
