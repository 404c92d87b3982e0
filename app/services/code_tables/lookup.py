"""Finding in code tables: by code, by exact folded term, and whole maps for the profiles that name them.

docs/terminology.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.storage import code_tables
from app.storage.code_tables import CodeTable, Entry
from app.terminology.systems import canonical
from app.terminology.wording import fold

# A map of local words is held in memory; a whole terminology is asked entry by entry.
MOST_OF_A_MAP = 100_000
# Maps by the digest of their file, which says all that is in them.
_READ: dict[str, Mapping[str, Any]] = {}
_MOST_READ = 16


def newest(connection: Connection) -> dict[str, CodeTable]:
    """The version of each table that was loaded last."""
    return {table.name: table for table in code_tables.every(connection)}


def of_system(connection: Connection, system: str) -> list[CodeTable]:
    """The newest version of each table that holds codes of a system."""
    return [table for table in newest(connection).values() if table.system == canonical(system)]


def find_code(connection: Connection, table: CodeTable, code: str) -> Entry | None:
    """The entry of a code."""
    return code_tables.by_code(connection, table.id, code.strip())


def find_term(connection: Connection, table: CodeTable, term: str) -> Entry | None:
    """The one entry that a term names, whatever its case and punctuation; None where none does, or several do."""
    found = code_tables.by_term(connection, table.id, fold(term))
    return found[0] if len(found) == 1 else None


def code_maps(connection: Connection, names: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The newest version of the tables of these names as mapping profiles read them: local code -> what it means.

    Names of which no table is loaded are left out. Fault UNPROCESSABLE for a table that is too large for a map.
    """
    known = newest(connection)
    return {name: _map(connection, known[name]) for name in names if name in known}


def _map(connection: Connection, table: CodeTable) -> Mapping[str, Any]:
    if table.entries > MOST_OF_A_MAP:
        issue = Issue("profile", "too-long", "a code table is too large for a map", f"at most {MOST_OF_A_MAP} entries")
        raise Fault(Category.UNPROCESSABLE, issue.message, (issue,))
    if table.digest not in _READ:
        while len(_READ) >= _MOST_READ:
            _READ.pop(next(iter(_READ)), None)
        _READ[table.digest] = {
            entry.code: _meaning(table, entry) for entry in code_tables.all_entries(connection, table.id)
        }
    return _READ[table.digest]


def _meaning(table: CodeTable, entry: Entry) -> dict[str, str]:
    system, code = (entry.target_system, entry.target) if entry.target else (table.system, entry.code)
    return {"system": system, "code": code, **({"text": entry.display} if entry.display else {})}
