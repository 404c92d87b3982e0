"""Raw payloads with their receipts. Identified data: sponsors never read here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, update

from app.storage.records import chunks
from app.storage.tables import INBOX


def seen(connection: Connection, study: str, digests: Iterable[str]) -> dict[str, str]:
    """Inbox ids of identical payloads that came before, by digest."""
    found: dict[str, str] = {}
    for part in chunks(digests):
        statement = select(INBOX.c.digest, INBOX.c.id).where(INBOX.c.study == study, INBOX.c.digest.in_(part))
        found |= {row.digest: row.id for row in connection.execute(statement)}
    return found


def write_receipts(connection: Connection, receipts: dict[str, str]) -> None:
    """Put receipts beside their payloads; a second answer to the same payload leaves the first in place."""
    blank = and_(INBOX.c.id == bindparam("inbox"), INBOX.c.receipt == "")
    rows = [{"inbox": identifier, "answer": receipt} for identifier, receipt in receipts.items()]
    connection.execute(update(INBOX).where(blank).values(receipt=bindparam("answer")), rows)


def receipt(connection: Connection, study: str, identifier: str) -> str | None:
    """The first answer that a payload got."""
    statement = select(INBOX.c.receipt).where(INBOX.c.id == identifier, INBOX.c.study == study)
    found: str | None = connection.execute(statement).scalar()
    return found


def payload(connection: Connection, study: str, identifier: str) -> Any:
    """A payload as it came: payload, media_type and context."""
    columns = INBOX.c["payload", "media_type", "context"]
    return connection.execute(select(*columns).where(INBOX.c.id == identifier, INBOX.c.study == study)).one()
