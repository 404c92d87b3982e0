"""The code tables that are loaded, as the rules ask them: whether a code is known, whether a term is exactly one entry.

docs/terminology.md
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from sqlalchemy import Connection

from app.services.code_tables import lookup
from app.storage.code_tables import CodeTable


class Terms(Protocol):
    """What the rules need to know of a code system."""

    def named(self, system: str) -> str | None:
        """The table of the system and its version, for people; None where none is loaded."""

    def knows(self, system: str, code: str) -> bool:
        """Whether the table has the code."""

    def is_one(self, system: str, term: str) -> bool:
        """Whether exactly one entry of the table has the term."""


class NoTerms:
    """No table is loaded."""

    def named(self, system: str) -> str | None:
        """None."""
        return None

    def knows(self, system: str, code: str) -> bool:
        """Nothing is known."""
        return False

    def is_one(self, system: str, term: str) -> bool:
        """Nothing is known."""
        return False


NO_TERMS = NoTerms()


@dataclass(eq=False)
class LoadedTerms:
    """The newest versions in the store; each question is asked once."""

    connection: Connection
    tables: dict[str, CodeTable] = field(init=False)

    def __post_init__(self) -> None:
        """Find the table of each system once."""
        self.tables = {table.system: table for table in lookup.newest(self.connection).values()}
        self._find_code = lru_cache(maxsize=4096)(lambda table, code: lookup.find_code(self.connection, table, code))
        self._find_term = lru_cache(maxsize=4096)(lambda table, term: lookup.find_term(self.connection, table, term))

    def named(self, system: str) -> str | None:
        """The table and its version."""
        table = self.tables.get(system)
        return None if table is None else f"{table.name} {table.version}"

    def knows(self, system: str, code: str) -> bool:
        """Whether the table has the code."""
        table = self.tables.get(system)
        return table is not None and self._find_code(table, code) is not None

    def is_one(self, system: str, term: str) -> bool:
        """Whether exactly one entry of the table has the term."""
        table = self.tables.get(system)
        return table is not None and self._find_term(table, term) is not None
