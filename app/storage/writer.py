"""The one writer: concurrent requests share a transaction and its commit; answers leave after it.

https://www.sqlite.org/atomiccommit.html ; https://wiki.postgresql.org/wiki/Group_commit
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from app.storage.turn import turn_of

LOG = logging.getLogger("engraft")
T = TypeVar("T")
A = TypeVar("A")
Shared = Callable[[Connection, list[Any]], list[Any]]


@dataclass(frozen=True, slots=True)
class _Item:
    """One unit: its work takes arguments and gives a result for each. Only the same `shared` work is taken together."""

    work: Shared
    argument: Any
    future: Future[Any]


class WriterStopped(RuntimeError):
    """The service is shutting down; nothing of the request was stored."""


class Writer:
    """Runs units of work in a thread of its own, several a commit, each in a savepoint of its own."""

    def __init__(self, engine: Engine, most: int = 64, written: Callable[[int], None] | None = None) -> None:
        self._engine = engine
        self._turn = turn_of(engine)
        self._written = written
        self._most = most
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._stopped = False
        # Nothing may be queued behind the end: nobody would answer it.
        self._door = threading.Lock()
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue a unit of work; the future resolves after the commit that holds it."""
        return self._submit(lambda connection, _: [work(connection)], None)

    def submit_shared(self, work: Callable[[Connection, list[A]], list[T]], argument: A) -> Future[T]:
        """Queue an argument of a work that can take several at once, so that neighbours share its statements.

        A run that fails is taken back, and each of its arguments is tried alone.
        """
        return self._submit(work, argument)

    def _submit(self, work: Shared, argument: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self._door:
            if self._stopped:
                raise WriterStopped
            self._queue.put(_Item(work, argument, future))
        return future

    def run(self, work: Callable[[Connection], T]) -> T:
        """Queue a unit of work and wait for its commit."""
        return self.submit(work).result()

    def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        with self._door:
            self._stopped = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            batch, running = self._take()
            # A caller may have gone away while its work waited; from here on nobody can call it off.
            wanted = [item for item in batch if item.future.set_running_or_notify_cancel()]
            if wanted:
                self._commit(wanted)

    def _take(self) -> tuple[list[_Item], bool]:
        """Wait for one unit, then take what has queued up meanwhile."""
        batch: list[_Item] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) >= self._most:
                return batch, True
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: list[_Item]) -> None:
        answers: list[_Answer] = []
        try:
            with self._turn(), self._engine.begin() as connection:
                for work, run in groupby(batch, key=lambda item: item.work):
                    answers += _run(connection, work, list(run))
        except Exception as error:  # the commit itself failed: nobody's work was kept, and each is told so
            for item in batch:
                item.future.set_exception(error)
            return
        for future, value, failure in answers:
            future.set_exception(_raisable(failure)) if failure is not None else future.set_result(value)
        self._tell(len(batch))

    def _tell(self, units: int) -> None:
        """Whoever counts the commits must not end the only thread that makes them."""
        try:
            if self._written is not None:
                self._written(units)
        except Exception as error:
            LOG.error("after a commit: %s", type(error).__name__)


def _raisable(failure: BaseException) -> BaseException:
    """Whoever awaits a future would wait for ever for a StopIteration, which no future of asyncio takes."""
    return RuntimeError("a unit of work ended in StopIteration") if isinstance(failure, StopIteration) else failure


_Answer = tuple["Future[Any]", Any, BaseException | None]


def _run(connection: Connection, work: Shared, run: list[_Item]) -> list[_Answer]:
    """Results of a run of units in a savepoint of their own; one by one where they cannot be done together."""
    savepoint = connection.begin_nested()
    try:
        values = work(connection, [item.argument for item in run])
    except Exception as error:  # handed to the caller through its future; the others go on
        savepoint.rollback()
        if len(run) == 1:
            return [(run[0].future, None, error)]
        return [answer for item in run for answer in _run(connection, work, [item])]
    savepoint.commit()
    return [(item.future, value, None) for item, value in zip(run, values, strict=True)]
