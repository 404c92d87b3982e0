"""Raw payloads with their receipts, and the records that were refused. Identified data: sponsors never read here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, update

from app.storage.records import chunks
from app.storage.tables import INBOX, QUARANTINE


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


def quarantined(connection: Connection, inboxes: Iterable[str]) -> set[tuple[str, int]]:
    """(inbox id, position) of those payloads' records that are in quarantine already."""
    found: set[tuple[str, int]] = set()
    for part in chunks(inboxes):
        statement = select(QUARANTINE.c.inbox, QUARANTINE.c.position).where(QUARANTINE.c.inbox.in_(part))
        found |= {(row.inbox, row.position) for row in connection.execute(statement)}
    return found


def clear(connection: Connection, study: str, keys: Iterable[str], seq: int) -> None:
    """Mark refused records as cleared once a good one of the same key was stored."""
    for part in chunks(keys):
        conditions = (QUARANTINE.c.study == study, QUARANTINE.c.key.in_(part), QUARANTINE.c.cleared.is_(None))
        connection.execute(update(QUARANTINE).where(*conditions).values(cleared=seq))


def quarantine(connection: Connection, study: str, after: str, size: int, cleared: bool) -> list[Any]:
    """Refused records of a study, oldest id first, without their payloads."""
    state = QUARANTINE.c.cleared.is_not(None) if cleared else QUARANTINE.c.cleared.is_(None)
    columns = [column for column in QUARANTINE.c if column.name != "payload"]
    statement = select(*columns).where(QUARANTINE.c.study == study, QUARANTINE.c.id > after, state)
    return list(connection.execute(statement.order_by(QUARANTINE.c.id).limit(size)))


def quarantine_count(connection: Connection, study: str) -> int:
    """How many refused records are not cleared."""
    conditions = (QUARANTINE.c.study == study, QUARANTINE.c.cleared.is_(None))
    return connection.execute(select(func.count()).select_from(QUARANTINE).where(*conditions)).scalar_one()


def quarantine_item(connection: Connection, study: str, identifier: str) -> Any:
    """One refused record with its payload as it came; None when there is none."""
    statement = select(QUARANTINE).where(QUARANTINE.c.study == study, QUARANTINE.c.id == identifier)
    return connection.execute(statement).first()
