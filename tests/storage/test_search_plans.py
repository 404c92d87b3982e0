"""SQLite's plans of searches: every one begins with an index, and never reads a table whole."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from app.endpoints.event import METADATA
from app.services.search.criteria import Asker
from app.services.search.query import read_query
from app.storage import planner
from app.storage.search.pages import Question, statements
from app.storage.visibility import EVERYTHING

ASKER = Asker("http://engraft.test/fhir", datetime(2026, 6, 30, tzinfo=UTC))
TEXT = "ix_search_text (parameter=? AND text=?"
OF_A_RESOURCE = "SEARCH search_index USING PRIMARY KEY (resource=? AND parameter=?)"


def plan(connection: Connection, pairs: list[tuple[str, str]]) -> list[str]:
    query = read_query(ASKER, "Observation", pairs, lenient=False)
    question = Question("Observation", 1, EVERYTHING, tuple(query.criteria), tuple(query.sort))
    [statement] = statements(connection, question, None, 11)
    compiled = statement.limit(11).compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)]


@pytest.fixture
def stated(tmp_path: Path) -> Connection:
    with create_engine(f"sqlite:///{tmp_path}/store.sqlite").begin() as connection:
        METADATA.create_all(connection)
        planner.state(connection)
    return create_engine(f"sqlite:///{tmp_path}/store.sqlite").connect()


@pytest.mark.parametrize(
    ("pairs", "first", "then"),
    [
        ([("code", "718-7")], TEXT, None),
        ([("subject", "Patient/1"), ("date", "ge2024")], TEXT, OF_A_RESOURCE),
        ([("code", "718-7"), ("value-quantity", "lt5")], TEXT, OF_A_RESOURCE),
        ([("date", "2024-05")], "ix_search_low (parameter=? AND low>? AND low<?)", None),
        ([("date", "ge2024")], "ix_search_high (parameter=? AND high>?)", None),
        ([("date", "lt2024-05-01T12:00:00Z")], "ix_search_low (parameter=? AND low>? AND low<?)", None),
        ([("value-string", "not")], TEXT.replace("text=?", "text>? AND text<?"), None),
        ([("code:not", "718-7")], "ix_resource_type (type=?)", None),
        ([("_lastUpdated", "ge2026")], "ix_resource_type (type=? AND id>?)", None),
        ([("_id", "a,b")], "(type=? AND resource_id=?)", None),
    ],
)
def test_a_search_begins_with_an_index(
    stated: Connection, pairs: list[tuple[str, str]], first: str, then: str | None
) -> None:
    found = plan(stated, pairs)
    assert first in found[0]
    assert then is None or then in found
    assert not [step for step in found if step.startswith("SCAN")]


def test_told_nothing_sqlite_reads_all_values_of_a_parameter_for_each_resource(tmp_path: Path) -> None:
    """And the connection that tells it goes by it from then on: the writer's stays open."""
    with create_engine(f"sqlite:///{tmp_path}/store.sqlite").connect() as connection:
        METADATA.create_all(connection)
        asked = [("code", "718-7"), ("value-quantity", "lt5")]
        assert OF_A_RESOURCE not in plan(connection, asked)
        planner.state(connection)
        assert OF_A_RESOURCE in plan(connection, asked)
