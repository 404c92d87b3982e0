"""Reading everything again changes nothing where nothing was mended, and else ends where the mended reading would have.

docs/intake.md
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.endpoints.event import FOREVER
from app.interop.reading import Item, Reading
from app.services.intake import readers
from app.services.intake.readers import Reader
from app.storage.tables import QUARANTINE, RECORD, RECORD_VERSION
from tests.journeys.door import STUDY, Door, open_door, record, subject
from tests.properties.test_deliveries import PAYLOADS

MADE_UP = "text/x-made-up"
Line = tuple[str, str, int]
LINES = st.tuples(st.sampled_from(["1", "2", "3"]), st.sampled_from(["a", "b", "c"]), st.integers(1, 3))
FILES = st.lists(st.lists(LINES, min_size=1, max_size=4), min_size=1, max_size=5)


def redrive(door: Door) -> dict[str, Any]:
    found: dict[str, Any] = door.request("POST", f"/studies/{STUDY}/redrive", params={"apply": "true"}).json()
    return found


def quarantine(door: Door) -> list[tuple[Any, ...]]:
    with door.services.database.read.connect() as connection:
        return [tuple(row) for row in connection.execute(select(QUARANTINE).order_by(QUARANTINE.c.id))]


@settings(max_examples=10)
@given(PAYLOADS)
def test_nothing_mended_nothing_changes(payloads: list[tuple[bytes, bool, int]]) -> None:
    with TemporaryDirectory() as folder, open_door(Path(folder)) as door:
        door.put_study(STUDY, "A", "B")
        for body, atomic, hours in payloads:
            door.clock.move(hours=hours)
            door.post(body, atomic=str(atomic).lower())
        before = door.seq(), quarantine(door)
        report = redrive(door)
        assert (report["new"], report["changed"], report["gone"]) == (0, 0, 0)
        assert (door.seq(), quarantine(door)) == before


class Mapping:
    """Which words are read otherwise since it was mended, and which records are left out."""

    def __init__(self, recorded: bool) -> None:
        self.recorded = recorded
        self.mended: frozenset[str] = frozenset()
        self.left_out: frozenset[str] = frozenset()

    def read(self, services: Any, submission: Any) -> Reading:
        lines = [line.split() for line in submission.body.decode().splitlines()]
        items = []
        for identifier, word, day in lines:
            if identifier in self.left_out:
                continue
            raw = record("adverse_event", identifier, term=word + "!" * (word in self.mended))
            if self.recorded:
                raw["recorded"] = f"2026-06-0{day}"
            items.append(Item(len(items), raw, identifier.encode()))
        return Reading(items)


def standing(door: Door) -> dict[str, str]:
    """The term of each adverse event that counts."""
    counts = RECORD_VERSION.c.seq_to == FOREVER
    statement = select(RECORD.c.source_id, RECORD_VERSION.c.content).join_from(RECORD, RECORD_VERSION).where(counts)
    with door.services.database.read.connect() as connection:
        found = {row.source_id: json.loads(row.content) for row in connection.execute(statement)}
    return {name: one["term"] for name, one in found.items() if "term" in one and "status" not in one}


def deliver(door: Door, files: list[list[Line]]) -> None:
    door.send(subject())
    for lines in files:
        door.clock.move(minutes=1)
        door.post("\n".join(f"{name} {word} {day}" for name, word, day in lines).encode(), MADE_UP)


@settings(max_examples=12)
@given(FILES, st.booleans(), st.sets(st.sampled_from("abc")), *[st.sets(st.sampled_from("123"), max_size=1)] * 2)
def test_it_ends_where_the_mended_reading_would_have(
    files: list[list[Line]], recorded: bool, mended: set[str], before: set[str], after: set[str]
) -> None:
    mapping = Mapping(recorded)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as one, TemporaryDirectory() as other:
        patch.setitem(readers.READERS, MADE_UP, Reader(mapping.read))
        with open_door(Path(one)) as door:
            mapping.left_out = frozenset(before)
            deliver(door, files)
            mapping.mended, mapping.left_out = frozenset(mended), frozenset(after)
            redrive(door)
            found = standing(door)
            again = redrive(door)
            assert (again["new"], again["changed"], again["gone"]) == (0, 0, 0)
            assert door.rebuilt().different == 0
        with open_door(Path(other)) as door:
            deliver(door, files)
            assert found == standing(door)
