"""A service behind its HTTP door for every test of the routes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.door import Door, open_door


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as found:
        yield found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """The service on each store: what one database lets pass another may choke on."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as found:
        yield found
