"""One meaning on every engine: DuckDB gives exactly the oracle's answers and SQLite's rows, whatever the history."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engines.duckdb import duckdb
from app.engines.engine import Engine
from tests.engines.batch import AXES, Batch, batch, gives_sqlites_rows, gives_the_oracles_answers

HISTORIES = 60


@pytest.fixture(scope="module")
def given() -> Batch:
    return batch(HISTORIES)


@pytest.fixture(scope="module")
def engine(given: Batch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("export") / "clinical_event.parquet"
    given.write(path)
    with duckdb(path) as found:
        yield found


@pytest.mark.parametrize(("cutoff", "as_of"), AXES)
def test_duckdb_gives_the_oracles_answers(engine: Engine, given: Batch, cutoff: int | None, as_of: int) -> None:
    gives_the_oracles_answers(engine, given, cutoff, as_of)


@pytest.mark.parametrize(("cutoff", "as_of"), AXES)
def test_duckdb_gives_sqlites_rows(engine: Engine, given: Batch, cutoff: int | None, as_of: int) -> None:
    gives_sqlites_rows(engine, given, cutoff, as_of)
