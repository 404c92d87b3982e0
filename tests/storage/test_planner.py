"""SQLite's plans: joined by an index of its own making, whether the store is empty or full."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.dialects import sqlite

from app.endpoints.compile.statement import statement
from app.endpoints.definitions import newest
from app.endpoints.event import EVENT, METADATA
from app.storage.planner import STATED, state


def opened(folder: Path) -> Connection:
    return create_engine(f"sqlite:///{folder}/events.sqlite").connect()


def stored(folder: Path) -> set[tuple[str, str]]:
    with opened(folder) as connection:
        rows = connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'clinical_event'")
        return {tuple(row) for row in rows}


def prepared(folder: Path) -> None:
    with opened(folder) as connection:
        METADATA.create_all(connection, tables=[EVENT])
        state(connection)
        connection.commit()


def test_the_numbers_are_stated_once_and_survive_a_measurement(tmp_path: Path) -> None:
    prepared(tmp_path)
    assert stored(tmp_path) == set(STATED)
    with opened(tmp_path) as connection:
        connection.execute(EVENT.insert(), [dict.fromkeys(EVENT.c.keys(), 1) | {"id": number} for number in range(9)])
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    assert stored(tmp_path) != set(STATED)
    prepared(tmp_path)
    assert stored(tmp_path) == set(STATED)


def nested_loops(folder: Path, endpoint: str) -> int:
    """Joins that read one whole table for each row of another: siblings of one plan node that are both scanned."""
    definition = newest("gdt-relapse")
    compiled = statement(definition, definition.rule(endpoint)).compile(
        dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}
    )
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    with opened(folder) as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()
    scans = Counter(row.parent for row in rows if row.detail.startswith("SCAN"))
    return sum(count > 1 for count in scans.values())


def test_without_the_numbers_each_death_is_sought_by_reading_every_day_zero(tmp_path: Path) -> None:
    with opened(tmp_path) as connection:
        METADATA.create_all(connection, tables=[EVENT])
        connection.commit()
    assert nested_loops(tmp_path, "DFS") > 0


@pytest.mark.parametrize("endpoint", newest("gdt-relapse").endpoints)
def test_with_them_a_study_is_never_a_loop_within_a_loop(tmp_path: Path, endpoint: str) -> None:
    prepared(tmp_path)
    assert nested_loops(tmp_path, endpoint) == 0
