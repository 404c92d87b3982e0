"""Code tables in the store: written once a version, found by code and by folded term.

docs/terminology.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from app.storage.code_table_tables import CODE_ENTRY, CODE_TABLE, CODE_TERM

LOADING, READY = "loading", "ready"


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One version of a table."""

    id: int
    name: str
    version: str
    system: str
    digest: str
    state: str
    entries: int
    loaded: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. target: what the code means in another system, "" where the table says nothing of it."""

    code: str
    display: str
    target_system: str = ""
    target: str = ""


def every(connection: Connection) -> list[CodeTable]:
    """All versions that are ready, by name and in the order in which they were loaded."""
    statement = select(CODE_TABLE).where(CODE_TABLE.c.state == READY).order_by(CODE_TABLE.c.name, CODE_TABLE.c.id)
    return [CodeTable(*row) for row in connection.execute(statement)]


def find(connection: Connection, name: str, version: str) -> CodeTable | None:
    """One version, ready or not."""
    statement = select(CODE_TABLE).where(CODE_TABLE.c.name == name, CODE_TABLE.c.version == version)
    row = connection.execute(statement).first()
    return None if row is None else CodeTable(*row)


def begin(connection: Connection, name: str, version: str, system: str, digest: str, time: str) -> CodeTable:
    """A version that is about to be filled."""
    highest = connection.execute(select(func.coalesce(func.max(CODE_TABLE.c.id), 0))).scalar_one()
    table = CodeTable(highest + 1, name, version, system, digest, LOADING, 0, time)
    connection.execute(insert(CODE_TABLE).values(**asdict(table)))
    return table


def drop(connection: Connection, table: CodeTable) -> None:
    """Take away what an interrupted load left behind."""
    for part in (CODE_TERM, CODE_ENTRY):
        connection.execute(delete(part).where(part.c.code_table == table.id))
    connection.execute(delete(CODE_TABLE).where(CODE_TABLE.c.id == table.id))


def add(connection: Connection, table: CodeTable, entries: Sequence[tuple[Entry, Iterable[str]]]) -> None:
    """Entries with their folded terms. IntegrityError where a code is there already."""
    rows = [{"code_table": table.id, **asdict(entry)} for entry, _ in entries]
    terms = [
        {"code_table": table.id, "term": term, "code": entry.code}
        for entry, folded in entries
        for term in dict.fromkeys(folded)
    ]
    connection.execute(insert(CODE_ENTRY), rows)
    if terms:
        connection.execute(insert(CODE_TERM), terms)


def finish(connection: Connection, table: CodeTable, entries: int) -> None:
    """The version is complete."""
    connection.execute(update(CODE_TABLE).where(CODE_TABLE.c.id == table.id).values(state=READY, entries=entries))


def known_codes(connection: Connection, table: CodeTable, codes: Iterable[str]) -> set[str]:
    """Which of these codes the version has."""
    statement = select(CODE_ENTRY.c.code).where(CODE_ENTRY.c.code_table == table.id, CODE_ENTRY.c.code.in_(codes))
    return set(connection.execute(statement).scalars())


def by_code(connection: Connection, table: int, code: str) -> Entry | None:
    """The entry of a code."""
    row = connection.execute(_ENTRY.where(CODE_ENTRY.c.code_table == table, CODE_ENTRY.c.code == code)).first()
    return None if row is None else Entry(*row)


def by_term(connection: Connection, table: int, term: str) -> list[Entry]:
    """The entries that a folded term names; more than two are not told apart any further."""
    named = select(CODE_TERM.c.code).where(CODE_TERM.c.code_table == table, CODE_TERM.c.term == term)
    statement = _ENTRY.where(CODE_ENTRY.c.code_table == table, CODE_ENTRY.c.code.in_(named))
    return [Entry(*row) for row in connection.execute(statement.order_by(CODE_ENTRY.c.code).limit(2))]


def all_entries(connection: Connection, table: int) -> list[Entry]:
    """Every entry of a version, by code."""
    statement = _ENTRY.where(CODE_ENTRY.c.code_table == table).order_by(CODE_ENTRY.c.code)
    return [Entry(*row) for row in connection.execute(statement)]


_ENTRY = select(CODE_ENTRY.c.code, CODE_ENTRY.c.display, CODE_ENTRY.c.target_system, CODE_ENTRY.c.target)
