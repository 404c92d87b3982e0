"""A statement that takes too long.

https://www.sqlite.org/c3ref/progress_handler.html
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.storage.database import Database, open_database
from tests.journeys.conftest import STORES

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture(params=STORES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    embedded = f"sqlite:///{tmp_path / 'x.sqlite'}"
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else embedded
    found = open_database(url, 1, read_seconds=0.2)
    yield found
    found.dispose()


def test_a_statement_that_takes_too_long_is_ended_and_the_next_one_is_not(database: Database) -> None:
    for _ in range(2):
        with database.read.connect() as connection, pytest.raises(OperationalError):
            connection.execute(text(ENDLESS))
        with database.read.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
