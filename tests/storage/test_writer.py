"""The one writer: what shares a commit, what fails alone, what fails together."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

from app.storage.database import Database, open_database
from app.storage.writer import Writer, WriterStopped

Work = Callable[[Connection], object]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    embedded = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'x.sqlite'}" if embedded else request.getfixturevalue("postgres_database")
    found = open_database(url)
    with found.write.begin() as connection:
        connection.execute(text("CREATE TABLE kept (name TEXT PRIMARY KEY)"))
    yield found
    found.dispose()


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    found = Writer(database.write)
    yield found
    found.stop()


def keep(name: str) -> Work:
    def work(connection: Connection) -> str:
        connection.execute(text("INSERT INTO kept VALUES (:name)"), {"name": name})
        return name

    return work


def kept(database: Database) -> list[str]:
    with database.read.connect() as connection:
        return list(connection.execute(text("SELECT name FROM kept ORDER BY name")).scalars())


@contextmanager
def held_up(writer: Writer) -> Iterator[None]:
    """The writer waits inside a unit of its own; what is submitted meanwhile shares the next commit."""
    held, go = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        held.set()
        go.wait()

    first = writer.submit(hold)
    held.wait()
    try:
        yield
        assert not first.cancel()  # what is being done is done
    finally:
        go.set()
    assert first.result() is None


def together(writer: Writer, works: list[Work]) -> list[Future[object]]:
    with held_up(writer):
        return [writer.submit(work) for work in works]


def commits(engine: Engine) -> list[object]:
    seen: list[object] = []
    event.listen(engine, "commit", seen.append)
    return seen


def test_work_that_has_queued_up_shares_a_commit(database: Database, writer: Writer) -> None:
    seen = commits(database.write)
    futures = together(writer, [keep(f"{number:02}") for number in range(32)])
    assert [future.result() for future in futures] == [f"{number:02}" for number in range(32)]
    assert len(seen) == 2  # of the work that held it up, and of all the others
    assert len(kept(database)) == 32


def test_a_unit_that_fails_leaves_nothing_and_the_others_are_kept(database: Database, writer: Writer) -> None:
    def fail_half_way(connection: Connection) -> None:
        keep("half")(connection)
        raise LookupError("on purpose")

    def fail_in_the_database(connection: Connection) -> None:
        keep("other half")(connection)
        keep("before")(connection)  # a second time: refused by the primary key

    before, half, clash, after = together(writer, [keep("before"), fail_half_way, fail_in_the_database, keep("after")])
    assert (before.result(), after.result()) == ("before", "after")
    assert isinstance(half.exception(), LookupError)
    assert type(clash.exception()).__name__ == "IntegrityError"
    assert kept(database) == ["after", "before"]
    assert writer.run(keep("next")) == "next"


def test_a_commit_that_fails_is_told_to_all_whose_work_it_held(database: Database, writer: Writer) -> None:
    """Of three commits the second fails: whose work it held is told so, and nothing of it is kept."""
    numbers = itertools.count(1)

    def fail_second(_: Connection) -> None:
        if next(numbers) == 2:
            raise OperationalError("COMMIT", None, Exception("disk full"))

    event.listen(database.write, "commit", fail_second)
    futures = together(writer, [keep("a"), keep("b")])
    assert [type(future.exception()) for future in futures] == [OperationalError] * 2
    assert kept(database) == []
    assert writer.run(keep("c")) == "c"
    assert kept(database) == ["c"]


def test_no_answer_leaves_before_its_commit(database: Database, writer: Writer) -> None:
    futures: list[Future[object]] = []
    answered: list[bool] = []
    event.listen(database.write, "commit", lambda _: answered.extend(future.done() for future in futures))
    with held_up(writer):
        futures += [writer.submit(keep("x")), writer.submit(keep("y"))]
    assert [future.result() for future in futures] == ["x", "y"]
    assert answered[-2:] == [False, False]  # at the commit that held them


def test_a_caller_that_went_away_takes_its_work_along_and_nobody_elses(database: Database, writer: Writer) -> None:
    with held_up(writer):
        gone, stays = writer.submit(keep("gone")), writer.submit(keep("stays"))
        assert gone.cancel()
    assert stays.result() == "stays"
    assert writer.run(keep("next")) == "next"
    assert kept(database) == ["next", "stays"]


def test_stopping_finishes_what_is_queued_and_takes_nothing_more(database: Database) -> None:
    writer = Writer(database.write)
    futures = together(writer, [keep("a"), keep("b")])
    writer.stop()
    assert [future.result() for future in futures] == ["a", "b"]
    with pytest.raises(WriterStopped):
        writer.submit(keep("c"))
    assert kept(database) == ["a", "b"]


def test_stopping_while_others_submit_leaves_no_caller_without_an_answer(database: Database) -> None:
    writer = Writer(database.write)
    outcomes: list[str] = []

    def submit_until_stopped() -> None:
        for number in range(10_000):
            try:
                writer.submit(lambda _: None).result(timeout=60)
            except WriterStopped:
                outcomes.append(f"stopped after {number}")
                return

    threads = [threading.Thread(target=submit_until_stopped) for _ in range(4)]
    for thread in threads:
        thread.start()
    writer.run(keep("x"))
    writer.stop()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 4


def test_a_work_that_ends_in_a_stop_iteration_is_answered_too(writer: Writer) -> None:
    """No future of asyncio takes one, so that who awaits it would wait for ever."""

    async def ask() -> None:
        await asyncio.wait_for(asyncio.wrap_future(writer.submit(lambda connection: next(iter(())))), 5)

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(ask())
