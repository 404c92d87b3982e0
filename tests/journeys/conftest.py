"""The service on each store that it runs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.door import Door, open_door

STORES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=STORES)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """A fresh service; each test that asks for it runs once on either store."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as found:
        yield found


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Door]:
    """A fresh service on the embedded database."""
    with open_door(tmp_path) as found:
        yield found
