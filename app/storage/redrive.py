"""Payloads to be read again, and what became of them so far.

docs/intake.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.record import RANKS, Order
from app.endpoints.event import FOREVER
from app.storage.deliveries import DELIVERY
from app.storage.records import chunks
from app.storage.tables import INBOX, QUARANTINE, RECORD, RECORD_VERSION


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which payloads are to be read again. items: quarantine's; since: from this moment on; before: up to it."""

    study: str
    profile: str | None = None
    receipt: str | None = None
    items: tuple[str, ...] = ()
    since: str | None = None
    before: str | None = None


def payloads(connection: Connection, wanted: Wanted) -> list[Any]:
    """(id, place) of payloads in the order of their first arrival."""
    place = func.coalesce(func.min(DELIVERY.c.id), 0).label("place")
    statement = select(INBOX.c.id, place).outerjoin(DELIVERY, DELIVERY.c.inbox == INBOX.c.id)
    statement = statement.where(INBOX.c.study == wanted.study)
    if wanted.profile is not None:
        statement = statement.where(DELIVERY.c.profile == wanted.profile)
    if wanted.receipt is not None:
        statement = statement.where(INBOX.c.id == wanted.receipt)
    if wanted.items:
        named = select(QUARANTINE.c.inbox).where(QUARANTINE.c.id.in_(wanted.items))
        statement = statement.where(INBOX.c.id.in_(named))
    if wanted.since is not None:
        statement = statement.where(INBOX.c.received >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(INBOX.c.received < wanted.before)
    grouped = statement.group_by(INBOX.c.id, INBOX.c.received)
    return list(connection.execute(grouped.order_by(place, INBOX.c.received, INBOX.c.id)))


def payload(connection: Connection, identifier: str) -> Any:
    """(media_type, context, payload) as it came."""
    columns = INBOX.c["media_type", "context", "payload"]
    return connection.execute(select(*columns).where(INBOX.c.id == identifier)).one()


def positions(connection: Connection, items: Iterable[str]) -> dict[str, frozenset[int]]:
    """Where the records of these items of quarantine stand, by payload."""
    found: dict[str, set[int]] = {}
    for part in chunks(items):
        columns = QUARANTINE.c["inbox", "position"]
        for row in connection.execute(select(*columns).where(QUARANTINE.c.id.in_(part))):
            found.setdefault(row.inbox, set()).add(row.position)
    return {inbox: frozenset(places) for inbox, places in found.items()}


@dataclass(frozen=True, slots=True)
class Version:
    """A stored version and what it was read from. content: only of what a payload said."""

    id: int
    key: str
    hash: str
    order: Order
    status: str
    inbox: str
    position: int
    counts: bool
    content: str = ""


_COLUMNS = (RECORD.c.key, *RECORD_VERSION.c["id", "hash", "version", "recorded", "status", "seq_to"])
_FROM = RECORD_VERSION.c["inbox", "position"]


def versions(connection: Connection, study: str, keys: Iterable[str]) -> dict[str, list[Version]]:
    """All versions of these records, oldest first."""
    found: dict[str, list[Version]] = {}
    statement = select(*_COLUMNS, *_FROM).join_from(RECORD, RECORD_VERSION).where(RECORD.c.study == study)
    for part in chunks(keys):
        for row in connection.execute(statement.where(RECORD.c.key.in_(part)).order_by(RECORD_VERSION.c.id)):
            found.setdefault(row.key, []).append(_version(row, ""))
    return found


def said_by(connection: Connection, inbox: str) -> list[Version]:
    """The versions that a payload became, oldest first."""
    columns = (*_COLUMNS, *_FROM, RECORD_VERSION.c.content)
    statement = select(*columns).join_from(RECORD, RECORD_VERSION).where(RECORD_VERSION.c.inbox == inbox)
    return [_version(row, row.content) for row in connection.execute(statement.order_by(RECORD_VERSION.c.id))]


def _version(row: Any, content: str) -> Version:
    order = Order(row.version, row.recorded, RANKS[row.status])
    counts = row.seq_to == FOREVER
    return Version(row.id, row.key, row.hash, order, row.status, row.inbox, row.position, counts, content)


def set_aside(connection: Connection, inbox: str) -> list[Any]:
    """What of a payload is in quarantine, in the order in which it came there."""
    statement = select(QUARANTINE).where(QUARANTINE.c.inbox == inbox)
    return list(connection.execute(statement.order_by(QUARANTINE.c.id)))
