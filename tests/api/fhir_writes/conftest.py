"""A client of the service on each store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.fhir_writes.client import Client
from tests.journeys.conftest import STORES
from tests.journeys.door import open_door


@pytest.fixture(params=STORES)
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as door:
        yield Client(door)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Client]:
    with open_door(tmp_path) as door:
        yield Client(door)
