"""A service whose loads a test works on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.loads import run
from tests.journeys.conftest import STORES
from tests.services.loads.workers import Loads, idle


@pytest.fixture(params=STORES)
def loads(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loads]:
    """A service that takes two records at a time, and only when the test says so, on each store."""
    monkeypatch.setattr(run, "PIECE_RECORDS", 2)
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with idle(tmp_path, url) as found:
        yield found
