"""One meaning on every engine: SQLite and PostgreSQL give exactly the oracle's rows, whatever the history."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine

from app.endpoints.event import EVENT, FOREVER, METADATA
from tests.endpoints.spec.harness import Asked, Raw, event_rows, fill, memory
from tests.properties.engines import QUESTIONS, by_engine, by_oracle
from tests.properties.histories import cutoffs, study


def with_ids(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "id": number} for number, row in enumerate(rows, start=1)]


def as_ofs(records: list[Raw]) -> st.SearchStrategy[int]:
    return st.just(FOREVER - 1) | st.integers(1, len(records))


def agree(connection: Connection, rows: list[dict[str, Any]], asked: Asked) -> None:
    """Every endpoint under every analysis."""
    fill(connection, rows)
    for endpoint, analysis in QUESTIONS:
        question = Asked(analysis, asked.cutoff, asked.as_of, asked.time).question(endpoint)
        found, expected = by_engine(connection, question), by_oracle(rows, question)
        differing = {
            key: (found.get(key), expected.get(key))
            for key in {*found, *expected}
            if found.get(key) != expected.get(key)
        }
        assert not differing, (endpoint, analysis)


@settings(max_examples=150)
@given(st.data())
def test_sqlite_gives_the_oracles_rows(data: st.DataObject) -> None:
    records = data.draw(study())
    asked = Asked(cutoff=data.draw(cutoffs), as_of=data.draw(as_ofs(records)), time="2026-04-06T12:00:00.000Z")
    with memory() as connection:
        agree(connection, with_ids(event_rows(records)), asked)


@pytest.fixture(scope="module")
def postgres(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on a PostgreSQL schema of its own."""
    engine = create_engine(request.getfixturevalue("postgres_url"))
    METADATA.create_all(engine, tables=[EVENT])
    yield engine
    METADATA.drop_all(engine, tables=[EVENT])
    engine.dispose()


@pytest.mark.postgres
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_postgresql_gives_the_oracles_rows(postgres: Engine, data: st.DataObject) -> None:
    records = data.draw(study())
    asked = Asked(cutoff=data.draw(cutoffs), as_of=data.draw(as_ofs(records)), time="2026-04-06T12:00:00.000Z")
    with postgres.connect() as connection:
        agree(connection, with_ids(event_rows(records)), asked)
        connection.rollback()
