"""Definitions at the door: stored by version, never changed, given back as they came.

https://www.rfc-editor.org/rfc/rfc9512 (application/yaml); https://www.rfc-editor.org/rfc/rfc9457
"""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, select

from app.endpoints.definitions import documents, newest, shipped
from app.endpoints.loading import load
from app.main import create_app
from app.services.definitions import DefinitionChanged
from app.storage.tables import AUDIT, DEFINITION, OUTBOX
from tests.journeys.door import Door, open_door

TEXT = (Path(__file__).parents[1] / "endpoints" / "definitions" / "hsct-42.yaml").read_text(encoding="utf-8")
YAML, JSON, PROBLEM = "application/yaml", "application/json", "application/problem+json"
PATH = "/definitions/hsct-42"
CANARY = "Kanarienvogel4711"


def put(door: Door, text: str | bytes, path: str = PATH, media_type: str = YAML) -> httpx.Response:
    return door.request("PUT", path, content=text, headers={"content-type": media_type})


def get(door: Door, path: str, accept: str) -> httpx.Response:
    return door.request("GET", path, headers={"accept": accept})


def test_a_version_is_stored_once_and_never_changes(door: Door) -> None:
    first = put(door, TEXT)
    assert (first.status_code, first.json()["definition"], first.json()["version"]) == (201, "hsct-42", 1)
    seq = door.seq()
    assert put(door, "# said again\n" + TEXT).status_code == 200
    assert door.seq() == seq
    refused = put(door, TEXT.replace("window_days: 42", "window_days: 43"))
    assert (refused.status_code, refused.headers["content-type"]) == (409, PROBLEM)
    assert refused.json()["issues"][0]["path"] == "version"
    assert refused.json()["issues"][0]["expected"] == "2 or later"
    later = TEXT.replace("version: 1", "version: 2").replace("window_days: 42", "window_days: 43")
    assert put(door, later).status_code == 201
    assert door.get(PATH).json()["window_days"] == 43
    assert door.get(f"{PATH}/versions/1").json()["window_days"] == 42


def test_it_is_given_back_as_json_or_as_the_text_that_came(door: Door) -> None:
    put(door, TEXT)
    for accept in ("*/*", JSON, f"{YAML};q=0.5, {JSON}"):
        answer = get(door, PATH, accept)
        assert (answer.headers["content-type"], answer.json()) == (JSON, load(TEXT.encode()).value)
    answer = get(door, f"{PATH}/versions/1", f"{YAML}, {JSON};q=0.5")
    assert (answer.headers["content-type"], answer.text) == (YAML, TEXT)
    assert get(door, PATH, "text/html").status_code == 406


def test_json_says_the_same_as_yaml(door: Door) -> None:
    put(door, TEXT)
    value = door.get(PATH).content
    assert put(door, value, media_type=JSON).status_code == 200
    other = value.replace(b'"version":1', b'"version":7')
    assert put(door, other, media_type=JSON).status_code == 201
    assert load(get(door, PATH, YAML).content).definition.version == 7


def test_the_shipped_ones_are_there_from_the_start(door: Door) -> None:
    listed = door.get("/definitions").json()["definitions"]
    assert [(entry["definition"], entry["version"]) for entry in listed] == sorted(shipped())
    assert {entry["digest"] for entry in listed} == {loaded.digest for _, loaded in documents().values()}
    assert door.get("/definitions/gdt-relapse").json()["version"] == newest("gdt-relapse").version


def test_a_version_is_a_change_like_any_other(door: Door) -> None:
    before = door.seq()
    put(door, TEXT)
    with door.services.database.read.connect() as connection:
        row = connection.execute(select(AUDIT).where(AUDIT.c.seq == before + 1)).one()
        told = connection.execute(select(OUTBOX).where(OUTBOX.c.seq == before + 1)).one()
    assert (row.action, row.entity, row.new_hash) == ("definition", "hsct-42/1", load(TEXT.encode()).digest)
    assert (told.topic, told.entity, told.study) == ("definition", "hsct-42/1", "")
    assert door.seq() == before + 1


@pytest.mark.parametrize(
    ("old", "new", "path", "line"),
    [
        ("window_days: 42", "window_dasy: 42", "window_dasy", 10),
        ("{source: blasts,", "{source: blast,", "endpoints.EFS.events[0].source", 36),
        ("kind: death}", f"kind: {CANARY} 1}}", "sources.death.kind", 21),
    ],
)
def test_what_is_wrong_is_named_with_its_line(service: Door, old: str, new: str, path: str, line: int) -> None:
    answer = put(service, TEXT.replace(old, new, 1))
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    issue = next(issue for issue in answer.json()["issues"] if issue["path"] == path)
    assert issue["message"].startswith(f"line {line}, column ")
    assert issue["expected"]
    assert CANARY not in answer.text
    assert service.get(PATH).status_code == 404


def test_json_that_is_wrong_is_named_by_its_place(service: Door) -> None:
    answer = put(service, b'{"id": "hsct-42", "version": 1.5}', media_type=JSON)
    assert answer.status_code == 422
    assert {"version", "sources", "endpoints"} <= {issue["path"] for issue in answer.json()["issues"]}
    assert put(service, b'{"id": ', media_type=JSON).status_code == 400
    assert put(service, b'[{"id": "hsct-42"}]', media_type=JSON).status_code == 422


@pytest.mark.parametrize(
    ("content", "path", "media_type", "status"),
    [
        (TEXT, "/definitions/another", YAML, 422),
        (TEXT, PATH, "text/plain", 415),
        (TEXT + "#" * 131_072, PATH, YAML, 413),
        (TEXT, "/definitions/a%2Fb", YAML, 404),
        (TEXT, "/definitions/schema", YAML, 422),
        (b"\xff", PATH, YAML, 422),
        (b"", PATH, YAML, 422),
    ],
)
def test_what_cannot_be_taken(service: Door, content: str | bytes, path: str, media_type: str, status: int) -> None:
    answer = put(service, content, path, media_type)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


@pytest.mark.parametrize(
    "path", ["/definitions/no", f"{PATH}/versions/1", "/definitions/gdt-relapse/versions/99", "/definitions/a%00"]
)
def test_what_is_not_there(service: Door, path: str) -> None:
    answer = service.get(path)
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == PROBLEM


def test_the_schema_is_served(service: Door) -> None:
    answer = service.get("/definitions/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_shipped_version_stored_with_another_content_stops_the_start(tmp_path: Path) -> None:
    with open_door(tmp_path) as door, door.services.database.write.begin() as connection:
        row = connection.execute(select(DEFINITION).where(DEFINITION.c.version == 1)).one()
        connection.execute(DEFINITION.delete().where(DEFINITION.c.version == 1))
        connection.execute(insert(DEFINITION).values({**row._mapping, "digest": "0" * 64}))
        settings = door.services.settings
    with pytest.raises(DefinitionChanged, match="version 1 of the definition 'gdt-relapse'"):
        create_app(settings)
