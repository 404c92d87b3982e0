"""A job is one worker's at a time, and who holds it is told by the lease alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.migrate import upgrade
from app.storage.database import open_database
from app.storage.exports import jobs
from app.storage.exports.jobs import File, Job

T0, T1, T2, T3 = (f"2026-06-30T12:00:{second:02d}.000Z" for second in (0, 10, 20, 30))
FILE = File(0, "Patient.x.ndjson", "output", "Patient", 3, 17)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    embedded = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'x.sqlite'}" if embedded else request.getfixturevalue("postgres_database")
    upgrade(url)
    database = open_database(url)
    with database.write.begin() as found:
        yield found
    database.dispose()


def job(identifier: str, created: str = T0) -> Job:
    return Job(identifier, "anybody", "http://engraft.test/fhir/$export", "{}", 7, T0, jobs.ACCEPTED, created)


def taken(connection: Connection, lease: str, now: str, until: str) -> Job:
    found = jobs.claim(connection, lease, now, until)
    assert found is not None
    return found[0]


def test_the_oldest_comes_first_and_each_is_taken_once(connection: Connection) -> None:
    jobs.add(connection, job("b", T0))
    jobs.add(connection, job("a", T1))
    assert [taken(connection, lease, T1, T2).id for lease in ("one", "two")] == ["b", "a"]
    assert jobs.claim(connection, "three", T1, T2) is None


def test_a_job_that_another_took_meanwhile_is_not_taken(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.add(connection, job("a"))
    held = taken(connection, "one", T0, T2)
    monkeypatch.setattr(jobs, "free", lambda connection, now: "a")  # as it looked a moment ago
    assert jobs.claim(connection, "two", T1, T3) is None
    assert jobs.find(connection, "a") == held


LATE: list[Callable[[Connection, Job], bool]] = [
    lambda connection, late: jobs.beat(connection, late, T3, 99),
    lambda connection, late: jobs.keep(connection, late, FILE, T3, 99),
    lambda connection, late: jobs.end(connection, late, jobs.COMPLETED, T3),
    lambda connection, late: jobs.release(connection, late),
]


@pytest.mark.parametrize("change", LATE)
def test_whose_lease_is_over_changes_nothing(connection: Connection, change: Callable[[Connection, Job], bool]) -> None:
    jobs.add(connection, job("a"))
    late = taken(connection, "one", T0, T1)
    held = taken(connection, "two", T2, T3)
    assert (held.attempts, held.lease) == (2, "two")
    assert change(connection, late) is False
    assert (jobs.find(connection, "a"), jobs.files(connection, "a")) == (held, [])
    assert change(connection, held) is True
    assert jobs.find(connection, "a") != held


def test_a_job_that_is_removed_takes_its_files_along(connection: Connection) -> None:
    jobs.add(connection, job("a"))
    held = taken(connection, "one", T0, T1)
    assert jobs.keep(connection, held, FILE, T2, 3)
    assert jobs.files(connection, "a") == [FILE]
    assert jobs.remove(connection, "a") is True
    assert (jobs.files(connection, "a"), jobs.known(connection)) == ([], set())
    assert jobs.remove(connection, "a") is False
    assert jobs.beat(connection, held, T3, 4) is False


def test_only_what_is_under_way_counts_and_only_what_ended_expires(connection: Connection) -> None:
    for identifier in ("a", "b"):
        jobs.add(connection, job(identifier))
    assert jobs.under_way(connection, "anybody") == 2
    assert jobs.end(connection, taken(connection, "one", T0, T1), jobs.COMPLETED, T2)
    assert (jobs.under_way(connection, "anybody"), jobs.under_way(connection, "another")) == (1, 0)
    assert [jobs.expired(connection, now) for now in (T1, T2)] == [[], ["a"]]
