"""The example extract behind the FHIR door, and the validators that others wrote, once for all tests of the folder."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from app.commands.serve import running
from app.config import Settings
from tests.journeys.door import Door, open_door

from . import emitted, judges
from .judges import Judge, told

SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[3] / "shared"))
STORE = "engraft.sqlite"
GUIDES = {"R4": SHARED / "data/fhir/vulcan-ae-r4/_definitions", "R5": SHARED / "data/fhir/vulcan-ae-r5/_definitions"}


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A service that holds the example extract; nothing is written to it."""
    with open_door(tmp_path_factory.mktemp("example")) as door:
        emitted.load(door)
        yield door


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Door]:
    """An empty service."""
    with open_door(tmp_path) as door:
        yield door


@pytest.fixture(scope="session")
def address(example: Door, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The FHIR door of a real server on a copy of that store, which the clients may write to."""
    folder = tmp_path_factory.mktemp("served")
    stores = [sqlite3.connect(place / STORE) for place in (example.services.settings.data, folder)]
    with closing(stores[0]) as source, closing(stores[1]) as copy:
        source.backup(copy)
    with running(Settings(data=folder), port=0) as found:
        yield f"{found}/fhir"


@pytest.fixture(scope="session")
def npm() -> Iterator[Judge]:
    with closing(judges.npm()) as judge:
        yield judge


@pytest.fixture(scope="session")
def hapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Judge]]:
    """One for each release."""
    with ExitStack() as stack:
        yield {
            release: stack.enter_context(closing(start_hapi(release, tmp_path_factory.mktemp(release))))
            for release in GUIDES
        }


@pytest.fixture(scope="session")
def hapi_says(example: Door, hapi: dict[str, Judge]) -> dict[str, list[str]]:
    """What it finds in all that is sent; both releases at once, since they take most of the time."""
    with ThreadPoolExecutor() as pool:
        found = pool.map(told, hapi.values(), [emitted.sent(example, release) for release in hapi])
    return dict(zip(hapi, found, strict=True))


def start_hapi(release: str, folder: Path) -> Judge:
    """With our definitions and those of the research guide, which the resources claim to meet."""
    if not GUIDES[release].is_dir():
        pytest.skip("the definitions of the research guide (data/fhir in ENGRAFT_SHARED) are not here")
    lines = [*emitted.own_definitions(release), *(json.dumps(one) for one in of_guide(release))]
    file = folder / "definitions.ndjson"
    file.write_text("\n".join(lines), encoding="utf-8")
    return judges.hapi(release, file)


def of_guide(release: str) -> Iterator[dict[str, Any]]:
    """The guide's definitions. Its profile calls some extensions part of the summary, where the standard does not;
    HAPI refuses the profile for that, so the word is left out: it says nothing of what is legal."""
    for path in sorted(GUIDES[release].glob("*.json")):
        one = json.loads(path.read_bytes())
        for element in one.get("differential", {}).get("element", []):
            element.pop("isSummary", None)
        yield one
