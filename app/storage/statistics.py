"""PostgreSQL's statistics: without them it joins a few thousand rows as if they were ten.

https://www.postgresql.org/docs/current/sql-analyze.html
"""

from __future__ import annotations

from sqlalchemy import text

from app.storage.database import Database
from app.storage.tables import EVENT, RECORD, RECORD_VERSION, RESOURCE, SEARCH_INDEX

FIRST = 16


class Statistics:
    """Refreshed when the number of units written has doubled, so the cost falls with the size."""

    def __init__(self, database: Database) -> None:
        self._engine = database.write
        self._written = 0
        self._next = FIRST

    def written(self, units: int) -> None:
        """Count units of work that were committed; runs in the writer's thread."""
        self._written += units
        if self._written >= self._next:
            self._next = self._written * 2
            self.refresh()

    def refresh(self) -> None:
        """Look at the tables again."""
        with self._engine.begin() as connection:
            for table in (EVENT, RECORD, RECORD_VERSION, RESOURCE, SEARCH_INDEX):
                connection.execute(text(f"ANALYZE {table.name}"))
