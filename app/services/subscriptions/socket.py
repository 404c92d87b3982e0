"""What a websocket is told of one subscription.

http://hl7.org/fhir/uv/subscriptions-backport/channels.html#websockets
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from app.interop.fhir.subscriptions.notification import EVENTS, HANDSHAKE, HEARTBEAT
from app.interop.fhir.subscriptions.subscription import WEBSOCKET
from app.services.context import Services
from app.services.subscriptions.telling import bundle, told
from app.services.subscriptions.wish import wish
from app.storage import subscriptions
from app.storage.counter import utc_text
from app.storage.subscriptions import Stored


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a client was told: the last number, when; and until when it may be."""

    number: int
    sent: datetime
    ends: datetime

    def until(self, ends: datetime) -> Bound:
        """The same under another token."""
        return replace(self, ends=ends)


@dataclass(frozen=True, slots=True)
class Message:
    """A notification, and how far the client is told with it."""

    text: str
    bound: Bound


def bind(services: Services, identifier: str, ends: datetime) -> tuple[Bound | None, str]:
    """The place from which a client is told, what nobody was told yet included, and the handshake."""
    now = services.clock()
    with services.database.read.connect() as connection:
        stored = _open(connection, identifier)
    if stored is None:
        return None, ""
    shown = bundle(stored, HANDSHAKE, utc_text(now), now, (), wish(stored).content)
    return Bound(stored.delivered, now, ends), shown.decode()


def next_message(services: Services, identifier: str, bound: Bound) -> Message | None:
    """The next notification; None where there is none now."""
    now = services.clock()
    with services.database.read.connect() as connection:
        stored = _open(connection, identifier)
        if stored is None:
            return None
        wanted = wish(stored)
        last = min(stored.events, bound.number + wanted.max_count)
        if last > bound.number:
            events = told(connection, stored, bound.number + 1, last, wanted.content)
            name = f"{bound.number + 1}-{last}"
            shown = bundle(stored, EVENTS, name, now, events, wanted.content)
            return Message(shown.decode(), replace(bound, number=last, sent=now))
    if wanted.heartbeat is None or bound.sent + timedelta(seconds=wanted.heartbeat) > now:
        return None
    shown = bundle(stored, HEARTBEAT, utc_text(now), now, (), wanted.content)
    return Message(shown.decode(), replace(bound, sent=now))


def is_open(services: Services, identifier: str) -> bool:
    """Whether a subscription is still one that a websocket is told of."""
    with services.database.read.connect() as connection:
        return _open(connection, identifier) is not None


def note(services: Services, identifier: str, bound: Bound) -> None:
    """Remember that somebody was told so far: nobody is told these events unasked again."""

    def work(connection: Connection) -> None:
        found = subscriptions.find(connection, identifier)
        if found is not None and found.delivered < bound.number:
            values: dict[str, Any] = {"delivered": bound.number, "sent": utc_text(bound.sent)}
            subscriptions.change(connection, identifier, {"version": found.version}, values)

    services.writer.run(work)


def _open(connection: Connection, identifier: str) -> Stored | None:
    stored = subscriptions.find(connection, identifier)
    return stored if stored is not None and stored.listens and stored.channel == WEBSOCKET else None
