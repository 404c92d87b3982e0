"""The place in the outbox: one reader at a time, each change once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.storage import outbox
from tests.journeys.door import STUDY, open_door, record, subject

BEFORE, END, AFTER = (f"2026-06-30T12:00:0{second}.000Z" for second in (0, 6, 7))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as door:
        door.put_study(STUDY, "A")
        door.receipt(subject("A-001"), subject("A-002"))
        door.receipt(record("follow_up", "F1", "A-001", date="2024-05-01", alive=True))
        door.receipt(record("follow_up", "F1", "A-002", date="2024-05-01", alive=True))
        with door.services.database.write.begin() as found:
            yield found


def test_a_lease_is_one_readers_until_it_ends_or_is_given_up(connection: Connection) -> None:
    assert outbox.hold(connection, "one", BEFORE, END)
    assert not outbox.hold(connection, "other", BEFORE, END)
    assert outbox.hold(connection, "one", BEFORE, END)
    assert outbox.hold(connection, "other", AFTER, "2026-06-30T13:00:00.000Z")
    assert not outbox.hold(connection, "one", AFTER, END)
    outbox.release(connection, "one")
    assert not outbox.hold(connection, "one", AFTER, END)
    outbox.release(connection, "other")
    assert outbox.hold(connection, "one", AFTER, END)


def test_the_place_moves_for_the_holder_and_from_where_it_was_read(connection: Connection) -> None:
    outbox.hold(connection, "one", BEFORE, END)
    start = outbox.position(connection)
    assert not outbox.move(connection, "other", start, start + 2)
    assert not outbox.move(connection, "one", start + 1, start + 2)
    assert outbox.move(connection, "one", start, start + 2)
    assert not outbox.move(connection, "one", start, start + 2)
    assert outbox.position(connection) == start + 2


def test_a_record_that_moved_touches_both_subjects(connection: Connection) -> None:
    every = outbox.touched(connection, 0, 10**9)
    assert [item.subject.number for item in every] == ["A-001", "A-002"]
    last = every[-1].seq
    assert [(item.subject.number, item.seq) for item in outbox.touched(connection, last - 1, last)] == [
        ("A-001", last),
        ("A-002", last),
    ]
    assert outbox.touched(connection, last, 10**9) == []
    assert outbox.end_of_batch(connection, 0, last, 1) < outbox.end_of_batch(connection, 0, last, 10**6) == last
