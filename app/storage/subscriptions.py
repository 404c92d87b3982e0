"""Subscriptions and their numbered events in the store.

docs/subscriptions.md
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.storage.subscription_tables import SUBSCRIPTION, SUBSCRIPTION_EVENT
from app.storage.visibility import Caller

OFF = "off"


@dataclass(frozen=True, slots=True)
class Stored:
    """A subscription as it is kept; the columns say what each is (app/storage/subscription_tables.py)."""

    id: str
    version: int
    status: str
    channel: str
    body: str
    headers: tuple[tuple[str, str], ...]
    secret: str
    caller: Caller
    base: str
    updated: str
    deleted: bool
    start: int
    events: int = 0
    delivered: int = 0
    pending: int | None = None
    attempts: int = 0
    due: str = ""
    failing_since: str | None = None
    sent: str | None = None
    error: str | None = None

    @property
    def listens(self) -> bool:
        """Whether it hears of changes."""
        return not self.deleted and self.status != OFF


@dataclass(frozen=True, slots=True)
class Event:
    """A numbered event: what became of which resource. seq: the change up to which it was looked at."""

    number: int
    seq: int
    at: str
    trigger: str
    code: str | None
    type: str
    resource_id: str
    research_subject: str


def find(connection: Connection, identifier: str) -> Stored | None:
    """The subscription of that id, a deleted one included."""
    row = connection.execute(select(SUBSCRIPTION).where(SUBSCRIPTION.c.id == identifier)).first()
    return None if row is None else _stored(row)


def every(connection: Connection, channel: str | None = None) -> list[Stored]:
    """All that are not deleted (of a channel), by id."""
    statement = select(SUBSCRIPTION).where(SUBSCRIPTION.c.deleted == 0).order_by(SUBSCRIPTION.c.id)
    if channel is not None:
        statement = statement.where(SUBSCRIPTION.c.channel == channel)
    return [_stored(row) for row in connection.execute(statement)]


def _stored(row: Any) -> Stored:
    studies = None if row.studies is None else frozenset(json.loads(row.studies))
    return Stored(
        row.id,
        row.version,
        row.status,
        row.channel,
        row.body,
        tuple((name, value) for name, value in json.loads(row.headers)),
        row.secret,
        Caller(studies, bool(row.coded)),
        row.base,
        row.updated,
        bool(row.deleted),
        row.start,
        row.events,
        row.delivered,
        row.pending,
        row.attempts,
        row.due,
        row.failing_since,
        row.sent,
        row.error,
    )


def put(connection: Connection, item: Stored, new: bool) -> None:
    """Write a subscription whole."""
    studies = item.caller.studies
    values = {field.name: getattr(item, field.name) for field in fields(item) if field.name != "caller"}
    values["headers"] = json.dumps(item.headers)
    values["coded"] = int(item.caller.coded)
    values["studies"] = None if studies is None else json.dumps(sorted(studies))
    values["deleted"] = int(item.deleted)
    if new:
        connection.execute(insert(SUBSCRIPTION).values(values))
    else:
        connection.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == item.id).values(values))


def change(connection: Connection, identifier: str, seen: dict[str, Any], values: dict[str, Any]) -> bool:
    """Change columns where those in `seen` are still as they were; whether they were."""
    same = [SUBSCRIPTION.c[name] == value for name, value in seen.items()]
    statement = update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == identifier, *same).values(**values)
    return connection.execute(statement).rowcount == 1


def add_events(connection: Connection, identifier: str, events: Iterable[Event]) -> None:
    """Give events the next numbers; their own are not looked at. One that no longer listens gets none."""
    found = list(events)
    listens = (SUBSCRIPTION.c.deleted == 0, SUBSCRIPTION.c.status != OFF)
    last = connection.execute(
        update(SUBSCRIPTION)
        .where(SUBSCRIPTION.c.id == identifier, *listens)
        .values(events=SUBSCRIPTION.c.events + len(found))
        .returning(SUBSCRIPTION.c.events)
    ).scalar()
    if last is None or not found:
        return
    columns = ("seq", "at", "trigger", "code", "type", "resource_id", "research_subject")
    rows = [
        {"subscription": identifier, "number": number, **{name: getattr(event, name) for name in columns}}
        for number, event in enumerate(found, start=last - len(found) + 1)
    ]
    connection.execute(insert(SUBSCRIPTION_EVENT), rows)


def events(connection: Connection, identifier: str, first: int, last: int) -> list[Event]:
    """Its events with numbers from `first` to `last`, in order."""
    columns = [column for column in SUBSCRIPTION_EVENT.c if column.name != "subscription"]
    numbered = SUBSCRIPTION_EVENT.c.number.between(first, last)
    statement = select(*columns).where(SUBSCRIPTION_EVENT.c.subscription == identifier, numbered)
    return [Event(*row) for row in connection.execute(statement.order_by(SUBSCRIPTION_EVENT.c.number))]


def forget_events(connection: Connection, identifier: str) -> None:
    """Remove the events of a subscription."""
    connection.execute(delete(SUBSCRIPTION_EVENT).where(SUBSCRIPTION_EVENT.c.subscription == identifier))
