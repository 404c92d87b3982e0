from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.door import STUDY, open_door, subject
from tests.services.subscriptions.desk import Desk


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A study with one subject, on each store."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as door:
        door.put_study(STUDY, "A", "B")
        door.receipt(subject("A-001", consent_date="2024-01-10", sex="female", state="on-study"))
        with closing(Desk(door)) as found:
            yield found
