"""Who a subject is. What serves sponsors cannot import this module (law 6); a check sees to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, String, Table, Text, select

from app.storage.records import chunks
from app.storage.tables import METADATA

IDENTITY = Table(
    "identity",
    METADATA,
    Column("record_version", ForeignKey("record_version.id"), primary_key=True),
    Column("subject_number", String(128), nullable=False),
    Column("mrn", String(200)),
    Column("family_name", Text),
    Column("given_name", Text),
    Column("birth_date", String(40)),
)


def identities(connection: Connection, versions: Iterable[int]) -> dict[int, Any]:
    """Identity rows of subject record versions: by version id."""
    rows: dict[int, Any] = {}
    for part in chunks(versions):
        statement = select(IDENTITY).where(IDENTITY.c.record_version.in_(part))
        rows |= {row.record_version: row for row in connection.execute(statement)}
    return rows
