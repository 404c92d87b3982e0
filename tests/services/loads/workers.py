"""Workers of loads that run when a test says so."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.services.context import Services
from app.services.errand import Errand
from app.services.loads import worker
from app.storage import loads as stored
from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

NDJSON = "application/x-ndjson"


class Killed(BaseException):
    """What ends a process in the middle of its work."""


class Loads:
    """The loads of one service."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def post(self, body: bytes, media_type: str = NDJSON, **params: Any) -> httpx.Response:
        headers = {"content-type": media_type}
        return self.door.request("POST", f"/studies/{STUDY}/loads", content=body, headers=headers, params=params)

    def begun(self, body: bytes, media_type: str = NDJSON, **params: Any) -> str:
        """The address of a load."""
        answer = self.post(body, media_type, **params)
        assert answer.status_code in (200, 202), answer.text
        location: str = answer.headers["content-location"]
        return location

    def state(self, location: str) -> Raw:
        found: Raw = self.door.get(location).json()
        return found

    def tools(self) -> Services:
        """The service's tools with an errand of their own."""
        return replace(self.door.services, loads=Errand("test", pause=60))

    def work(self) -> None:
        worker.turn(self.tools())

    def files(self) -> list[str]:
        folder = self.door.services.settings.load_folder
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def refused(self, location: str) -> list[Raw]:
        text = self.door.get(self.state(location)["refused"]).text
        return [json.loads(line) for line in text.splitlines()]

    def versions(self) -> list[tuple[str, str, int]]:
        """What is stored: study, key and revision of every record version, in the order of arrival."""
        statement = (
            "SELECT r.study, r.key, v.revision FROM record_version v JOIN record r ON r.id = v.record ORDER BY v.id"
        )
        with self.door.services.database.read.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]


class Interrupted:
    """Something done just before the nth piece is written, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, piece: int, what: Any) -> None:
        self._plain, self._left, self._what = stored.hold, piece, what
        monkeypatch.setattr(stored, "hold", self._hold)

    def _hold(self, *asked: Any) -> bool:
        self._left -= 1
        if self._left == 0:
            self._what()
        return self._plain(*asked)


class BrokenOff:
    """Something done just after the nth piece was written, before its commit, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, piece: int, what: Any) -> None:
        self._plain, self._left, self._what = stored.step, piece, what
        monkeypatch.setattr(stored, "step", self._step)

    def _step(self, *asked: Any) -> None:
        self._plain(*asked)
        self._left -= 1
        if self._left == 0:
            self._what()


@contextmanager
def idle(folder: Path, url: str | None = None) -> Iterator[Loads]:
    """A service whose loads wait for a worker that the test runs."""
    with open_door(folder, url) as door:
        door.services.loads.stop()
        yield Loads(door)


def lines(*records: Raw) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in records)


def subjects(count: int) -> bytes:
    """So many subjects and an infusion of each."""
    return lines(*(item for number in range(count) for item in _two(f"A-{number}")))


def _two(number: str) -> list[Raw]:
    return [subject(number, mrn=number), record("infusion", f"I-{number}", number, start="2024-03-01")]
