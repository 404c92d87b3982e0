"""DuckDB over a Parquet file of events.

https://duckdb.org/docs/stable/clients/python/overview
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.endpoints.event import EVENT
from app.engines.extra import package
from app.engines.text import Text


@dataclass(frozen=True)
class DuckDB:
    """An engine on one connection."""

    connection: Any

    def rows(self, text: Text, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Every row by column name, in the statement's order."""
        result = self.connection.execute(text.sql, text.values(given))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@contextmanager
def duckdb(events: Path) -> Iterator[DuckDB]:
    """DuckDB in this process, reading the file at each statement. EngineUnavailable without the package."""
    connection = package("duckdb", "duckdb").connect()
    try:
        connection.read_parquet(str(events)).create_view(EVENT.name)
        yield DuckDB(connection)
    finally:
        connection.close()
