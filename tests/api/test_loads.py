"""Large files at their door: how they come in, and what is refused.

https://www.rfc-editor.org/rfc/rfc9110#status.202
"""

import errno
import hashlib
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from app.services.loads import files, run, worker
from tests.journeys.door import STUDY, open_door
from tests.services.loads.workers import NDJSON, Loads, idle, subjects

ADDRESS = f"/studies/{STUDY}/loads"


@pytest.fixture
def loads(tmp_path: Path) -> Iterator[Loads]:
    with idle(tmp_path) as found:
        yield found


def refused(answer: httpx.Response) -> tuple[int, list[str]]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, [issue["path"] for issue in answer.json()["issues"]]


def test_it_is_answered_before_it_is_taken(loads: Loads) -> None:
    body = subjects(1)
    answer = loads.post(body)
    assert answer.status_code == 202
    found = answer.json()
    assert answer.headers["content-location"] == f"{ADDRESS}/{found['load']}"
    assert (found["state"], found["media_type"], found["dry_run"]) == ("accepted", NDJSON, False)
    assert found["digest"] == hashlib.sha256(body).hexdigest()
    assert found["bytes"] == {"total": len(body), "done": 0}
    assert (found["records_per_second"], found["remaining_seconds"]) == (None, None)


def test_what_waits_is_for_its_owner_alone(loads: Loads) -> None:
    loads.begun(subjects(1))
    folder = loads.door.services.settings.load_folder
    [file] = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_speed_and_what_is_left(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of four records in two seconds: one a second, and two seconds to go."""
    monkeypatch.setattr("app.services.loads.run.PIECE_RECORDS", 2)
    body = subjects(2)
    location = loads.begun(body)
    tools = loads.tools()
    read = run.read

    def slow(*asked: object) -> object:
        loads.door.clock.move(seconds=2)
        tools.loads._ending.set()
        return read(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "read", slow)
    worker.turn(tools)
    state = loads.state(location)
    assert (state["records"], state["records_per_second"], state["remaining_seconds"]) == (2, 1.0, 2)


def test_the_newest_first_in_pages(loads: Loads) -> None:
    first = loads.begun(subjects(1)).rpartition("/")[2]
    loads.door.clock.move(seconds=1)
    second = loads.begun(subjects(2)).rpartition("/")[2]
    assert [load["load"] for load in loads.door.get(ADDRESS).json()["loads"]] == [second, first]
    [newest] = loads.door.get(ADDRESS, count=1).json()["loads"]
    [older] = loads.door.get(ADDRESS, before=newest["created"]).json()["loads"]
    assert (newest["load"], older["load"]) == (second, first)


def test_a_file_is_found_by_its_digest_and_the_way_it_is_read(loads: Loads) -> None:
    location = loads.begun(subjects(1), dry_run=True)
    path = f"/studies/{STUDY}/files/{hashlib.sha256(subjects(1)).hexdigest()}"
    found = loads.door.get(path, media_type=NDJSON, dry_run=True)
    assert (found.status_code, found.json()["load"]) == (200, location.rpartition("/")[2])
    assert refused(loads.door.get(path, media_type=NDJSON))[0] == 404


def test_what_a_format_has_no_use_for(loads: Loads) -> None:
    assert refused(loads.post(subjects(1), site="A")) == (400, ["site"])
    assert loads.files() == []


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "", "application/fhir+json"])
def test_what_cannot_be_cut_is_refused_before_it_is_read(loads: Loads, media_type: str) -> None:
    assert refused(loads.post(subjects(1), media_type)) == (415, ["Content-Type"])
    assert loads.files() == []


def test_an_unknown_study(loads: Loads) -> None:
    headers = {"content-type": NDJSON}
    assert refused(loads.door.request("POST", "/studies/none/loads", content=b"{}", headers=headers))[0] == 404
    assert refused(loads.door.get("/studies/none/loads"))[0] == 404
    assert refused(loads.door.get(f"{ADDRESS}/none"))[0] == 404
    assert refused(loads.door.get(f"{ADDRESS}/none/refused"))[0] == 404
    assert refused(loads.door.request("DELETE", f"{ADDRESS}/none"))[0] == 404


def test_an_unknown_parameter(loads: Loads) -> None:
    assert refused(loads.post(subjects(1), profil="x")) == (400, ["query"])


def test_an_empty_file(loads: Loads) -> None:
    assert refused(loads.post(b""))[0] == 400
    assert loads.files() == []


@pytest.mark.parametrize("declared", [True, False])
def test_larger_than_a_load_may_be(tmp_path: Path, declared: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"\n" * 1024

    with open_door(tmp_path, max_load_bytes=2048, max_body_bytes=1024) as door:
        headers = {"content-type": NDJSON}
        content = b"\n" * 3072 if declared else pieces()
        answer = door.request("POST", ADDRESS, content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["issues"][0]["expected"] == "at most 2048 bytes"
        assert Loads(door).files() == []
        assert door.request("POST", ADDRESS, content=b"\n" * 2048, headers=headers).status_code == 202


def test_a_full_disk_is_507_and_nothing_stays(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "write", full)
        assert refused(loads.post(subjects(1)))[0] == 507
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        assert refused(loads.post(subjects(1)))[0] == 507
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "statvfs", lambda _: SimpleNamespace(f_bavail=1, f_frsize=10))
        assert refused(loads.post(subjects(1)))[0] == 507
    assert loads.files() == []
    assert loads.post(subjects(1)).status_code == 202


def test_no_place_outside_the_folder_is_reached(loads: Loads) -> None:
    outside = loads.door.services.settings.data / "outside"
    outside.touch()
    for name in ("..%2Foutside", "%2Fetc%2Fpasswd"):
        assert loads.door.get(f"{ADDRESS}/{name}").status_code in (400, 404)
        assert loads.door.request("DELETE", f"{ADDRESS}/{name}").status_code in (400, 404, 405)
    assert outside.exists()
