"""The life of an export as its client sees it: polled, fetched, called off, expired.

https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-status-request
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from app.api.fhir import export_jobs
from app.storage.counter import utc_text
from app.storage.exports import jobs
from tests.api.fhir.exports import Exports
from tests.journeys.door import START, Door, open_door, record, subject


@pytest.fixture
def exports(door: Door) -> Exports:
    door.receipt(subject(), record("infusion", "I1", start="2024-02-20"))
    return Exports(door)


@contextmanager
def idle(folder: Path) -> Iterator[Exports]:
    """A service whose exports are never begun."""
    with open_door(folder, max_exports=2) as door:
        door.services.exports.stop()
        yield Exports(door)


def check_gone(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/fhir+json; charset=utf-8")
    assert answer.json()["issue"][0]["code"] == "not-found"


def folders(exports: Exports) -> list[Path]:
    return list(exports.door.services.settings.export_folder.glob("*"))


def test_under_way_it_says_how_far_it_is_and_when_to_ask_again(tmp_path: Path) -> None:
    with idle(tmp_path) as exports:
        location = exports.started("$export")
        answer = exports.door.request("GET", location)
        assert (answer.status_code, answer.headers["x-progress"]) == (202, "0 resources written, 0 files done")
        tools, now = exports.door.services, utc_text(START)
        claimed = tools.writer.run(lambda connection: jobs.claim(connection, "lease", now, now))
        assert claimed is not None
        tools.writer.run(lambda connection: jobs.beat(connection, claimed[0], now, 4711))
        exports.door.clock.move(seconds=1)
        answer = exports.door.request("GET", location)
        assert answer.headers["x-progress"] == "4711 resources written, 0 files done"


def test_asked_too_often_it_says_so(tmp_path: Path) -> None:
    with idle(tmp_path) as exports:
        location = exports.started("$export")
        wait = int(exports.door.request("GET", location).headers["retry-after"])
        again = exports.door.request("GET", location)
        assert (again.status_code, again.headers["retry-after"]) == (429, str(wait))
        assert again.json()["issue"][0]["code"] == "throttled"
        exports.door.clock.move(seconds=wait)
        assert exports.door.request("GET", location).status_code == 202


def test_a_manifest_may_be_read_again_at_once(exports: Exports) -> None:
    location = exports.started("$export")
    first = exports.finished(location)
    assert exports.door.request("GET", location).content == first.content


def test_too_many_at_once_are_refused_until_one_is_called_off(tmp_path: Path) -> None:
    with idle(tmp_path) as exports:
        location = exports.started("$export")
        exports.started("$export")
        refused = exports.kick_off("$export")
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
        assert exports.door.request("DELETE", location).status_code == 202
        exports.started("$export")


def test_called_off_it_is_gone_with_its_files(exports: Exports) -> None:
    location = exports.started("$export")
    manifest = exports.finished(location).json()
    assert folders(exports) != []
    assert exports.door.request("DELETE", location).status_code == 202
    check_gone(exports.door.request("GET", location))
    check_gone(exports.door.request("DELETE", location))
    for item in manifest["output"]:
        check_gone(exports.door.request("GET", item["url"]))
    assert folders(exports) == []


def test_it_expires_when_it_says(exports: Exports) -> None:
    location = exports.started("$export")
    answer = exports.finished(location)
    [url, *_] = [item["url"] for item in answer.json()["output"]]
    expires = parsedate_to_datetime(answer.headers["expires"])
    assert parsedate_to_datetime(exports.door.request("GET", url).headers["expires"]) == expires
    exports.door.clock.now = expires
    exports.door.clock.move(seconds=-1)
    assert exports.door.request("GET", url).status_code == 200
    exports.door.clock.move(seconds=2)
    check_gone(exports.door.request("GET", url))
    check_gone(exports.door.request("GET", location))


def test_another_client_finds_nothing(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    location = exports.started("$export")
    [url, *_] = [item["url"] for item in exports.finished(location).json()["output"]]
    monkeypatch.setattr(export_jobs, "client", lambda request: "another")
    for method, address in (("GET", location), ("GET", url), ("DELETE", location)):
        check_gone(exports.door.request(method, address))
    monkeypatch.undo()
    assert exports.door.request("GET", url).status_code == 200


@pytest.fixture
def url(exports: Exports) -> str:
    [item] = exports.manifest("$export?_type=Patient")["output"]
    found: str = item["url"]
    return found


def raw(exports: Exports, url: str, **headers: str) -> httpx.Response:
    return exports.door.request("GET", url, headers={"accept-encoding": "identity", **headers})


def test_a_file_is_compressed_for_those_who_take_it(exports: Exports, url: str) -> None:
    plain = raw(exports, url)
    assert "content-encoding" not in plain.headers
    assert plain.content.endswith(b"}\n")
    for accepted, packed in (("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("gzip;q=0", False), ("br", False)):
        answer = raw(exports, url, **{"accept-encoding": accepted})
        assert (answer.headers.get("content-encoding") == "gzip") is packed
        assert answer.content == plain.content  # the client has unpacked it
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["cache-control"] == "no-store"


def test_what_is_sent_compressed_is_gzip(exports: Exports, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx.Response, "_get_content_decoder", lambda response: httpx._decoders.IdentityDecoder())
    packed = raw(exports, url, **{"accept-encoding": "gzip"})
    assert gzip.decompress(packed.content) == raw(exports, url).content


def test_a_download_is_gone_on_with(exports: Exports, url: str) -> None:
    whole = raw(exports, url)
    rest = raw(exports, url, **{"range": "bytes=10-", "if-range": whole.headers["etag"], "accept-encoding": "gzip"})
    assert (rest.status_code, rest.content) == (206, whole.content[10:])
    changed = raw(exports, url, **{"range": "bytes=10-", "if-range": '"another"'})
    assert (changed.status_code, changed.content) == (200, whole.content)


@pytest.mark.parametrize("name", ["nothing.ndjson", "..%2F..%2Fengraft.sqlite", "..", "%00"])
def test_only_listed_files_are_given(exports: Exports, url: str, name: str) -> None:
    check_gone(raw(exports, url.rpartition("/")[0] + "/" + name))


def test_a_file_that_no_manifest_lists_is_not_given(exports: Exports, url: str) -> None:
    [folder] = folders(exports)
    (folder / "Patient.begun.ndjson").write_bytes(b"{}\n")
    check_gone(raw(exports, url.rpartition("/")[0] + "/Patient.begun.ndjson"))


def test_no_file_is_given_before_the_export_is_whole(tmp_path: Path) -> None:
    with idle(tmp_path) as exports:
        location = exports.started("$export")
        tools, now = exports.door.services, utc_text(START)
        claimed = tools.writer.run(lambda connection: jobs.claim(connection, "lease", now, now))
        assert claimed is not None
        done = jobs.File(0, "Patient.x.ndjson", "output", "Patient", 1, 1)
        tools.writer.run(lambda connection: jobs.keep(connection, claimed[0], done, now, 1))
        folder = tools.settings.export_folder / claimed[0].id
        folder.mkdir(parents=True)
        (folder / done.name).write_bytes(b"{}\n")
        check_gone(exports.door.request("GET", f"{location}/{done.name}"))
        later = utc_text(START + timedelta(hours=1))
        tools.writer.run(lambda connection: jobs.end(connection, claimed[0], jobs.COMPLETED, later))
        assert exports.door.request("GET", f"{location}/{done.name}").content == b"{}\n"


def test_an_export_that_failed_says_so(tmp_path: Path) -> None:
    with idle(tmp_path) as exports:
        location = exports.started("$export")
        tools, now = exports.door.services, utc_text(START)
        job = tools.writer.run(lambda connection: jobs.claim(connection, "lease", now, now))
        assert job is not None
        expires = utc_text(START + timedelta(hours=1))
        tools.writer.run(lambda connection: jobs.end(connection, job[0], jobs.FAILED, expires))
        answer = exports.door.request("GET", location)
        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/fhir+json; charset=utf-8")
        assert answer.json()["issue"][0]["code"] == "processing"
