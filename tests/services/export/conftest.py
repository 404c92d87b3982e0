"""A service whose exports a test works on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.export import run
from app.storage.exports import scan
from tests.api.fhir.exports import Exports
from tests.services.export.workers import idle, send


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def exports(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exports]:
    """A service with some subjects and small files, on each store."""
    monkeypatch.setattr(run, "MOST_ROWS", 2)
    monkeypatch.setattr(scan, "PAGE", 2)
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with idle(tmp_path, url) as found:
        send(found.door)
        yield found
