"""The one writer: concurrent requests share a transaction and its commit; answers leave after it.

https://www.sqlite.org/atomiccommit.html ; https://wiki.postgresql.org/wiki/Group_commit
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
Work = Callable[[Connection], Any]
_Item = tuple[Work, "Future[Any]"]


class WriterStopped(RuntimeError):
    """The service is shutting down; nothing of the request was stored."""


class Writer:
    """Runs units of work in a thread of its own, several a commit, each in a savepoint of its own."""

    def __init__(self, engine: Engine, most: int = 64) -> None:
        self._engine = engine
        self._most = most
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._stopped = False
        # Nothing may be queued behind the end: nobody would answer it.
        self._door = threading.Lock()
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue a unit of work; the future resolves after the commit that holds it."""
        future: Future[T] = Future()
        with self._door:
            if self._stopped:
                raise WriterStopped
            self._queue.put((work, future))
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
            wanted = [item for item in batch if item[1].set_running_or_notify_cancel()]
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
        results: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.begin() as connection:
                results = [(future, *_attempt(connection, work)) for work, future in batch]
        except Exception as error:  # the commit itself failed: nobody's work was kept, and each is told so
            for _, future in batch:
                future.set_exception(error)
            return
        for future, value, failure in results:
            future.set_exception(failure) if failure is not None else future.set_result(value)


def _attempt(connection: Connection, work: Work) -> tuple[Any, BaseException | None]:
    savepoint = connection.begin_nested()
    try:
        value = work(connection)
    except Exception as error:  # handed to the caller through its future; the others of the batch go on
        savepoint.rollback()
        return None, error
    savepoint.commit()
    return value, None
