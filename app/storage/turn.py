"""Processes that write one SQLite file take turns, from the beginning of a transaction to the end of its checkpoint.

https://www.sqlite.org/wal.html#walreset

SQLite lets one of them write at a time, but up to 3.51.2 its log can be corrupted when another writes or checkpoints at
the moment at which it is begun anew.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Engine

Turn = Callable[[], AbstractContextManager[None]]


def turn_of(engine: Engine) -> Turn:
    """Waits for the turn of this process; at once where the database itself sees to it, or nobody else can."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return nullcontext
    path = Path(f"{name}-turn")
    return lambda: _locked(path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """An advisory lock of the operating system, which ends with the process however that ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
