"""A service with its MLLP door, on each store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.door import Door, open_door
from tests.journeys.mllp import Listener, listening


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as found:
        yield found


@pytest.fixture
def listener(service: Door) -> Iterator[Listener]:
    with listening(service.services) as found:
        yield found
