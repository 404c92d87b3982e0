"""A time limit for each statement of a reader: a question that takes too long is ended, and its connection goes on.

https://www.sqlite.org/c3ref/progress_handler.html ; https://www.postgresql.org/docs/current/runtime-config-client.html
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, event

# Instructions of SQLite between two looks at the clock: some tenths of a millisecond.
INSTRUCTIONS = 50_000


def limit_sqlite(engine: Engine, seconds: float) -> None:
    """Let each statement of the engine's connections end after `seconds`, as an OperationalError."""

    def watch(connection: Any, record: Any) -> None:
        record.info["ends"] = ends = [float("inf")]
        connection.set_progress_handler(lambda: time.monotonic() > ends[0], INSTRUCTIONS)

    def begin(connection: Any, *_: Any) -> None:
        connection.connection.info["ends"][0] = time.monotonic() + seconds

    event.listen(engine, "connect", watch)
    event.listen(engine, "before_cursor_execute", begin)


def postgresql_option(seconds: float) -> str:
    """The same as an option of PostgreSQL's connections."""
    return f"-c statement_timeout={int(seconds * 1000)}"
