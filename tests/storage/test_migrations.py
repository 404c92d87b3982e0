"""Migrations run up, down and up on both databases, and lead to what the models say."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from app.endpoints.definitions import shipped
from app.interop.mapping.profiles import documents
from app.migrate import differences, downgrade, upgrade
from app.storage.tables import METADATA
from tests.journeys.door import open_door, record, subject


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    embedded = f"sqlite:///{tmp_path / 'engraft.sqlite'}"
    yield embedded if request.param == "sqlite" else request.getfixturevalue("postgres_database")


def tables(url: str) -> set[str]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_up_down_and_up(url: str) -> None:
    for _ in range(2):
        upgrade(url)
        assert tables(url) == set(METADATA.tables)
        assert differences(url) == []
        downgrade(url)
        assert tables(url) == set()


def test_a_difference_between_models_and_database_is_found(url: str) -> None:
    upgrade(url)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit ADD COLUMN forgotten INTEGER"))
        connection.execute(text("DROP INDEX ix_record_version_subject"))
    assert len(differences(url)) == 2


def test_an_upgrade_of_a_store_in_use_changes_nothing(url: str, tmp_path: Path) -> None:
    database_url = None if url.startswith("sqlite") else url
    with open_door(tmp_path, database_url) as door:
        door.send(subject(), record("infusion", "I1", start="2024-03-01"))
        before = door.rows("OS")
    upgrade(url)
    with open_door(tmp_path, database_url) as door:
        assert door.rows("OS") == before


START = """
import sys
from pathlib import Path
from app.config import Settings
from app.main import close_services, create_app
close_services(create_app(Settings(data=Path(sys.argv[1]), database_url=sys.argv[2] or None)).state.services)
"""


def test_two_that_start_at_once_share_one_store(url: str, tmp_path: Path) -> None:
    database_url = None if url.startswith("sqlite") else url
    command = [sys.executable, "-W", "error", "-c", START, str(tmp_path), database_url or ""]
    starting = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    errors = [process.communicate()[1].decode() for process in starting]
    assert [process.returncode for process in starting] == [0, 0], errors
    assert differences(url) == []
    with open_door(tmp_path, database_url) as door:
        # one study and, before it, each shipped definition and profile
        changes = 1 + len(shipped()) + len(documents())
        assert (len(door.get("/studies").json()["studies"]), door.seq()) == (1, changes)
