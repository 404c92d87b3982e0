"""Study definitions by version: written once, never changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, insert, select

from app.storage.tables import DEFINITION

# Every question asks for it, so it is put together once.
_FIND = select(DEFINITION).where(DEFINITION.c.id == bindparam("name"), DEFINITION.c.version == bindparam("number"))


@dataclass(frozen=True, slots=True)
class StoredDefinition:
    """A version as stored. body: its YAML text; digest: SHA-256 of what it says; at: when it came; seq: its change."""

    id: str
    version: int
    digest: str
    body: str
    at: str
    seq: int


def find(connection: Connection, name: str, version: int) -> StoredDefinition | None:
    """One version of a definition."""
    row = connection.execute(_FIND, {"name": name, "number": version}).first()
    return None if row is None else StoredDefinition(*row)


def versions(connection: Connection, name: str) -> list[int]:
    """Versions of a definition in their order; empty where there is none of that id."""
    statement = select(DEFINITION.c.version).where(DEFINITION.c.id == name).order_by(DEFINITION.c.version)
    return list(connection.execute(statement).scalars())


def every(connection: Connection) -> list[StoredDefinition]:
    """All versions of all definitions, by id and version."""
    rows = connection.execute(select(DEFINITION).order_by(DEFINITION.c.id, DEFINITION.c.version))
    return [StoredDefinition(*row) for row in rows]


def names(connection: Connection) -> list[str]:
    """Ids of all definitions."""
    return list(connection.execute(select(DEFINITION.c.id).distinct().order_by(DEFINITION.c.id)).scalars())


def add(connection: Connection, stored: StoredDefinition) -> None:
    """Write a new version."""
    connection.execute(insert(DEFINITION).values(**asdict(stored)))
