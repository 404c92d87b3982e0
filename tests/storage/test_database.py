"""Engines: every connection of a pool has its settings, not only the first.

https://www.sqlite.org/pragma.html
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.storage.database import Database, open_database

READERS = 5
FULL, ON = 2, 1


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = open_database(f"sqlite:///{tmp_path / 'x.sqlite'}", READERS)
    with found.write.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent (id))"))
    yield found
    found.dispose()


def pragmas(engine: Engine, connections: int, *names: str) -> set[tuple[object, ...]]:
    """What so many connections, open at once, answer."""
    found = set()
    with ExitStack() as stack:
        for _ in range(connections):
            connection = stack.enter_context(engine.connect())
            found.add(tuple(connection.execute(text(f"PRAGMA {name}")).scalar() for name in names))
    return found


def test_the_writer_is_durable_and_checks_foreign_keys(database: Database) -> None:
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    assert pragmas(database.write, 1, *asked) == {("wal", FULL, ON, 10_000)}


def test_a_writer_of_a_new_connection_is_set_up_too(database: Database) -> None:
    database.write.dispose()
    assert pragmas(database.write, 1, "synchronous", "foreign_keys") == {(FULL, ON)}


def test_readers_only_read_and_never_checkpoint(database: Database) -> None:
    asked = ("query_only", "wal_autocheckpoint", "busy_timeout")
    assert pragmas(database.read, READERS, *asked) == {(ON, 0, 10_000)}
    with database.read.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("INSERT INTO parent VALUES (1)"))


def test_there_is_one_writer(database: Database) -> None:
    assert database.write.pool.size() == 1  # type: ignore[attr-defined]
    with database.write.connect():
        assert database.write.pool.checkedout() == 1  # type: ignore[attr-defined]
        assert database.write.pool.overflow() == 0  # type: ignore[attr-defined]


def test_a_child_needs_its_parent(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write.begin() as connection:
        connection.execute(text("INSERT INTO child VALUES (1, 99)"))


def test_the_write_lock_is_taken_at_the_beginning(database: Database, tmp_path: Path) -> None:
    """A plain BEGIN would let both read, and the second fail at once when it writes."""
    with database.write.begin() as connection, closing(sqlite3.connect(tmp_path / "x.sqlite", timeout=0)) as other:
        connection.execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_a_reader_does_not_wait_for_the_writer(database: Database) -> None:
    with database.write.begin() as writer, database.read.connect() as reader:
        writer.execute(text("INSERT INTO parent VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM parent")).scalar() == 0


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_errors_do_not_tell_values(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """SQLAlchemy's own text carries the bound values unless told otherwise."""
    url = f"sqlite:///{tmp_path / 'y.sqlite'}" if store == "sqlite" else request.getfixturevalue("postgres_database")
    database = open_database(url)
    for engine in (database.write, database.read):
        with pytest.raises(Exception, match="no_such_table") as caught, engine.connect() as connection:
            connection.execute(text("SELECT * FROM no_such_table WHERE name = :name"), {"name": "CANARY"})
        assert "CANARY" not in str(caught.value)
    database.dispose()
