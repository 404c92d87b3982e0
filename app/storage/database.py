"""Engines: one writer, many readers, the same code on SQLite and PostgreSQL.

https://www.sqlite.org/wal.html ; https://www.sqlite.org/pragma.html#pragma_synchronous
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool

from app.storage.time_limit import limit_sqlite, postgresql_option

BUSY_TIMEOUT_MS = 10_000
# A command may take its time; the service says its own limit.
READ_SECONDS = 3600.0
# The connection that reads by id keeps (app.storage.documents.Reader).
ALWAYS_HELD = 1


@dataclass(frozen=True)
class Database:
    """The two ways in: `write` for the one writer, `read` for everything else."""

    url: str
    write: Engine
    read: Engine

    @property
    def embedded(self) -> bool:
        """Whether this is SQLite inside the process."""
        return self.write.dialect.name == "sqlite"

    def dispose(self) -> None:
        """Close every connection."""
        self.read.dispose()
        self.write.dispose()


def open_database(url: str, readers: int = 8, read_seconds: float = READ_SECONDS) -> Database:
    """Open a database by its SQLAlchemy URL. Values never appear in SQLAlchemy's error texts.

    read_seconds: the longest that one statement of a reader may take.
    """
    if make_url(url).get_backend_name() == "sqlite":
        read = _sqlite(url, readers + ALWAYS_HELD, writer=False)
        limit_sqlite(read, read_seconds)
        return Database(url, _sqlite(url, 1, writer=True), read)
    common: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True}
    write = create_engine(url, pool_size=2, **common)
    # Compiling one of our long statements takes PostgreSQL's JIT seconds, and saves milliseconds.
    options = f"-c jit=off {postgresql_option(read_seconds)}"
    read = create_engine(url, pool_size=readers, connect_args={"options": options}, **common)
    return Database(url, write, read)


def _sqlite(url: str, size: int, *, writer: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        pool_use_lifo=True,  # the connection used last has its statements prepared
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _set_up_writer if writer else _set_up_reader)
    if writer:
        # A plain BEGIN would take the write lock only at the first write and then fail at once when another holds it.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _set_up_writer(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _set_up_reader(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    # Only the writer checkpoints: SQLite up to 3.51.2 can corrupt the log when two connections do so at once.
    for pragma in ("query_only=ON", "wal_autocheckpoint=0", "cache_size=-32768", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")
