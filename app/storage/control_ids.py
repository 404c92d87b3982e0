"""Control ids of messages that were acknowledged, each with the acknowledgment that it got.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (section 2.15.9.10, message control ID)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, LargeBinary, String, Table, select

from app.storage.records import add, chunks
from app.storage.tables import METADATA

CONTROL_ID = Table(
    "control_id",
    METADATA,
    Column("study", ForeignKey("study.name"), primary_key=True),
    # SHA-256 of sending application, sending facility and control id, which have no length of their own.
    Column("key", String(64), primary_key=True),
    # SHA-256 of the segments, however their lines ended.
    Column("digest", String(64), nullable=False),
    Column("inbox", ForeignKey("inbox.id"), nullable=False),
    # Byte for byte; empty where the sender wanted none.
    Column("acknowledgment", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A message that was acknowledged as taken: its content's digest, and the answer."""

    key: str
    digest: str
    inbox: str
    acknowledgment: bytes


def acknowledged(connection: Connection, study: str, keys: Iterable[str]) -> dict[str, Acknowledged]:
    """What was acknowledged under those keys, by key."""
    found: dict[str, Acknowledged] = {}
    columns = CONTROL_ID.c
    for part in chunks(keys):
        wanted = select(columns.key, columns.digest, columns.inbox, columns.acknowledgment)
        rows = connection.execute(wanted.where(columns.study == study, columns.key.in_(part)))
        found |= {row.key: Acknowledged(row.key, row.digest, row.inbox, bytes(row.acknowledgment)) for row in rows}
    return found


def remember(connection: Connection, study: str, found: Iterable[Acknowledged]) -> None:
    """Keep acknowledgments; a key that is there already is an error."""
    rows = [
        {"study": study, "key": one.key, "digest": one.digest, "inbox": one.inbox, "acknowledgment": one.acknowledgment}
        for one in found
    ]
    add(connection, CONTROL_ID, rows)
