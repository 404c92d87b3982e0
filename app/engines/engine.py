"""What an engine is: rows of the compiled statement over an exported folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from app.engines.duckdb import duckdb
from app.engines.name import Name
from app.engines.spark import spark
from app.engines.text import Text


class Engine(Protocol):
    """An engine that holds the event table under its name."""

    def rows(self, text: Text, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Every row by column name, in the statement's order."""


@contextmanager
def opened(name: Name, events: Path, master: str) -> Iterator[Engine]:
    """An engine over a Parquet file of events, closed afterwards. EngineUnavailable where something is missing.

    master: where Spark runs, as `spark-submit --master` has it; DuckDB has no use for it.
    """
    with duckdb(events) if name is Name.duckdb else spark(events, master) as engine:
        yield engine
