"""What a hospital's own system has sent by FHIR: under which id it is kept, which version came last, what it waits for.

docs/fhir-intake.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from app.storage.records import chunks
from app.storage.tables import METADATA, SERVICE_KEY

ARRIVAL = Table(
    "arrival",
    METADATA,
    # The id that is made from (study, site, source, type, id there); target: the id under which it is kept, another
    # one for a Patient who was known before.
    Column("type", String(40), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("target", String(64), nullable=False),
    # The newest version that came: its order, and the digest of what it says.
    Column("updated", BigInteger),
    Column("version", BigInteger),
    Column("rank", SmallInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    # The keys of the records that it takes part in, one a line, or why it is in none.
    Column("records", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

AWAITED = Table(
    "awaited",
    METADATA,
    # A payload of which something is held until this is known: a Patient, a study, or a number of a patient (keyed).
    Column("inbox", ForeignKey("inbox.id"), primary_key=True),
    Column("key", String(120), primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Index("ix_awaited_key", "study", "key"),
)

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What came last under a name, if anything did; the columns of the table say what each is."""

    type: str
    name: str
    study: str
    target: str
    updated: int | None = None
    version: int | None = None
    rank: int = 0
    digest: str = ""
    records: str = ""
    reason: str = ""


def load(connection: Connection, names: Iterable[Name]) -> dict[Name, Known]:
    """What is known of these (type, name)."""
    by_type: dict[str, list[str]] = {}
    for type_, name in names:
        by_type.setdefault(type_, []).append(name)
    found: dict[Name, Known] = {}
    for type_, wanted in by_type.items():
        for part in chunks(wanted):
            statement = select(ARRIVAL).where(ARRIVAL.c.type == type_, ARRIVAL.c.name.in_(part))
            found |= {(row.type, row.name): Known(*row) for row in connection.execute(statement)}
    return found


def write(connection: Connection, known: Iterable[Known]) -> None:
    """Replace what is known of these names."""
    rows = {(item.type, item.name): {column.name: getattr(item, column.name) for column in ARRIVAL.c} for item in known}
    for type_ in {name[0] for name in rows}:
        for part in chunks(name[1] for name in rows if name[0] == type_):
            connection.execute(delete(ARRIVAL).where(ARRIVAL.c.type == type_, ARRIVAL.c.name.in_(part)))
    if rows:
        connection.execute(insert(ARRIVAL), list(rows.values()))


def wait(connection: Connection, study: str, inbox: str, keys: Iterable[str]) -> None:
    """Remember what a payload waits for, in place of what it waited for until now."""
    connection.execute(delete(AWAITED).where(AWAITED.c.inbox == inbox))
    rows = [{"inbox": inbox, "key": key, "study": study} for key in sorted(set(keys))]
    if rows:
        connection.execute(insert(AWAITED), rows)


def waiting(connection: Connection, study: str, keys: Iterable[str]) -> list[str]:
    """Inbox ids of the payloads that wait for one of these, in their order."""
    found: set[str] = set()
    for part in chunks(keys):
        statement = select(AWAITED.c.inbox).where(AWAITED.c.study == study, AWAITED.c.key.in_(part))
        found |= set(connection.execute(statement).scalars())
    return sorted(found)


def is_anything_waiting(connection: Connection, study: str) -> bool:
    """Whether any payload of a study waits for something."""
    return connection.execute(select(AWAITED.c.key).where(AWAITED.c.study == study).limit(1)).first() is not None


def secret(connection: Connection) -> bytes:
    """What the ids of this store are made with; another store makes others of the same resources."""
    found = select(SERVICE_KEY.c.value).where(SERVICE_KEY.c.name == "arrival")
    return bytes.fromhex(connection.execute(found).scalar_one())
