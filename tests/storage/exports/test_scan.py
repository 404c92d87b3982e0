"""What an export reads: by the index of types, in short reads that keep nobody waiting."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.endpoints.event import FOREVER
from app.storage.database import Database
from app.storage.exports import scan
from app.storage.exports.scan import Held, Scope
from app.storage.visibility import EVERYTHING, Caller
from tests.journeys.door import STUDY, Door, open_door, subject

SINCE = "2026-01-01T00:00:00.000Z"
LAST = "SEARCH resource"  # of the largest row id
BY_TYPE = "SEARCH resource USING INDEX ix_resource_type (type=? AND id>? AND id<?)"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as door:
        door.receipt(*(subject(f"A-{number}") for number in range(5)))
        yield door


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as found:
        yield found


def plans(database: Database, work: Any) -> list[str]:
    """The first steps of the statements that it sends."""
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(database.read, "before_cursor_execute", note)
    list(work())
    event.remove(database.read, "before_cursor_execute", note)
    with database.read.connect() as connection:
        asked = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values) for text, values in sent]
        return [next(iter(rows)).detail for rows in asked]


@pytest.mark.parametrize(
    "held",
    [
        Held(FOREVER - 1, EVERYTHING, Scope()),
        Held(FOREVER - 1, Caller(frozenset({STUDY})), Scope()),
        Held(FOREVER - 1, EVERYTHING, Scope(True)),
        Held(FOREVER - 1, EVERYTHING, Scope(True, STUDY)),
        Held(FOREVER - 1, EVERYTHING, Scope(True, STUDY, ("p", "q"))),
        Held(FOREVER - 1, EVERYTHING, Scope(), None, SINCE),
    ],
)
def test_resources_are_read_in_the_order_of_their_type(service: Door, held: Held) -> None:
    """Any other index would be gone through, or sorted, once for each page."""
    database = service.services.database
    assert plans(database, lambda: scan.resources(database.read, held, "Patient", (), 0)) == [LAST, BY_TYPE]


def test_what_changed_since_begins_where_it_was_written(service: Door) -> None:
    database, held = service.services.database, Held(FOREVER - 1, EVERYTHING, Scope(), SINCE)
    begun, _, read = plans(database, lambda: scan.resources(database.read, held, "Patient", (), 0))
    assert (begun, read) == ("SCAN CONSTANT ROW", BY_TYPE)
    _, _, deleted = plans(database, lambda: scan.deletions(database.read, held, ["Observation", "Patient"], 0))
    assert deleted == "SEARCH resource USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
    later = Held(FOREVER - 1, EVERYTHING, Scope(), "2030-01-01T00:00:00.000Z")
    assert list(scan.resources(database.read, later, "Patient", (), 0)) == []


def test_between_two_pages_no_connection_is_held(service: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """An open read would keep SQLite's log from being written back."""
    monkeypatch.setattr(scan, "PAGE", 2)
    engine = service.services.database.read
    before = engine.pool.status()
    pages = scan.resources(engine, Held(FOREVER - 1, EVERYTHING, Scope()), "Patient", (), 0)
    assert len(next(pages)) == 2
    assert engine.pool.status() == before
    assert [len(page) for page in pages] == [2, 1]


def test_little_is_looked_at_in_one_read(service: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads hears of it now and then, however little fits."""
    monkeypatch.setattr(scan, "SPAN", 4)
    engine = service.services.database.read
    pages = list(scan.resources(engine, Held(FOREVER - 1, EVERYTHING, Scope()), "Patient", (), 0))
    assert sum(len(page) for page in pages) == 5
    assert [] in list(scan.resources(engine, Held(FOREVER - 1, EVERYTHING, Scope()), "Observation", (), 0))
    last = max(row.id for page in pages for row in page)
    assert len(pages) >= last / 4


def test_a_read_ends_at_a_number_of_bytes_too(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client's resource may be as large as a request: a thousand of them are not held at once."""
    door.receipt(*(subject(f"A-{number}") for number in range(5)))
    engine, held = door.services.database.read, Held(FOREVER - 1, EVERYTHING, Scope())
    [whole] = [page for page in scan.resources(engine, held, "Patient", (), 0) if page]
    sizes = [len(row.body) for row in whole]
    monkeypatch.setattr(scan, "MOST_BYTES", sizes[0] + 1)
    pages = [page for page in scan.resources(engine, held, "Patient", (), 0) if page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [row for page in pages for row in page] == whole
