"""Workers of exports that run when a test says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.services.context import Services
from app.services.errand import Errand
from app.services.export import worker
from app.storage.exports import jobs, scan
from app.storage.exports.jobs import File, Job
from tests.api.fhir.exports import Exports
from tests.journeys.door import Door, Raw, open_door, record, subject

SUBJECTS = 5


class Killed(BaseException):
    """What ends a process in the middle of its work."""


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


@contextmanager
def idle(folder: Path, url: str | None = None) -> Iterator[Exports]:
    """A service with some subjects; its exports wait for a worker that the test runs."""
    with open_door(folder, url) as door:
        door.services.exports.stop()
        yield Exports(door)


def send(door: Door) -> None:
    for number in range(SUBJECTS):
        name = f"A-{number}"
        door.receipt(subject(name), record("infusion", f"I{number}", name, start="2024-02-20"))


def a_worker(door: Door) -> Services:
    """The service's tools with an errand of its own."""
    return replace(door.services, exports=Errand("test", pause=60))


def work(door: Door) -> None:
    worker.turn(a_worker(door))


def job_of(door: Door, location: str) -> tuple[Job, list[File]]:
    with door.services.database.read.connect() as connection:
        identifier = location.rpartition("/")[2]
        found = jobs.find(connection, identifier)
        assert found is not None
        return found, jobs.files(connection, identifier)


def on_disk(door: Door, location: str) -> set[str]:
    folder = door.services.settings.export_folder / location.rpartition("/")[2]
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def check_whole(exports: Exports, location: str) -> list[Raw]:
    """The job is at its good end, and its folder holds what the manifest lists and nothing else."""
    manifest = exports.finished(location).json()
    lines = exports.lines(manifest)
    assert on_disk(exports.door, location) == {item["url"].rpartition("/")[2] for item in manifest["output"]}
    return lines
