"""The same trial by two doors: as JSON and as CSV, both end in the same subjects, events and endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.example import generate
from app.example.census import as_line
from app.example.tabular import tables
from tests.journeys.door import STUDY, Door, open_door

ENDPOINTS = ("OS", "DFS", "DOR", "DLT", "SAE", "CIR_NRM", "GRFS", "AGVHD2", "CGVHD", "ANC_ENGRAFTMENT", "CR")
CUTOFF = "2026-06-15"
EXTRACT = generate(2026, 60)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Door]]:
    by_json, by_csv = tmp_path_factory.mktemp("json"), tmp_path_factory.mktemp("csv")
    with open_door(by_json) as first, open_door(by_csv) as second:
        for door in (first, second):
            door.request("PUT", f"/studies/{STUDY}", json=EXTRACT.study)
        yield first, second


@pytest.fixture(scope="module")
def counts(doors: tuple[Door, Door]) -> tuple[list[dict[str, int]], list[dict[str, int]]]:
    """What each POST came to, by each door."""
    lines = ("".join(as_line(record) + "\n" for record in batch) for batch in EXTRACT.batches)
    by_json = [_sent(doors[0], text, "application/x-ndjson") for text in lines]
    return by_json, [_sent(doors[1], text, "text/csv") for text in tables(EXTRACT)]


def _sent(door: Door, text: str, media_type: str) -> dict[str, int]:
    answer = door.post(text.encode(), media_type).json()
    assert "unused" not in answer
    return {name: answer[name] for name in ("accepted", "amended", "unchanged", "waiting", "rejected")}


def test_each_post_comes_to_the_same(counts: tuple[list[dict[str, int]], list[dict[str, int]]]) -> None:
    assert counts[0] == counts[1]
    assert sum(found["accepted"] for found in counts[0]) > 4000


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_endpoint_has_the_same_rows(doors: tuple[Door, Door], counts: object, endpoint: str) -> None:
    found = [door.rows(endpoint, cutoff=CUTOFF) for door in doors]
    assert _told(found[0]) == _told(found[1])
    assert found[0]["rows"]


def test_each_subject_stands_where_it_stands(doors: tuple[Door, Door], counts: object) -> None:
    listed = [door.get(f"/studies/{STUDY}/subjects").json() for door in doors]
    numbers = [[one["subject"] for one in found["subjects"]] for found in listed]
    assert numbers[0] == numbers[1]
    for number in numbers[0][::7]:
        assert _told(doors[0].status(number, cutoff=CUTOFF)) == _told(doors[1].status(number, cutoff=CUTOFF))


def _told(value: Any) -> Any:
    """An answer without the names that each service gives by itself, and without its own clock."""
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items() if name not in ("resource", "as_of", "resources")}
    return [_told(one) for one in value] if isinstance(value, list) else value
