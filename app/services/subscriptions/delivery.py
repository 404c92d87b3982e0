"""One attempt to tell one subscription what it has not been told, and what follows from the answer.

docs/subscriptions.md

Events go in the order of their numbers, and the next ones only after these were taken. Until then the notification
keeps its id and its events, whatever comes in meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from app.interop.fhir.subscriptions.notification import EVENTS, HANDSHAKE, HEARTBEAT
from app.interop.fhir.subscriptions.subscription import Wanted
from app.services.context import Services
from app.services.subscriptions.schedule import GIVE_UP, delay
from app.services.subscriptions.telling import bundle, told
from app.services.subscriptions.webhook import Message
from app.services.subscriptions.wish import wish
from app.storage import subscriptions
from app.storage.counter import utc_text
from app.storage.subscriptions import Stored

GONE = 410


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is sent now. last: number of its last event; None of a handshake and a heartbeat."""

    stored: Stored
    kind: str
    last: int | None
    message: Message


def is_due(stored: Stored, now: datetime) -> bool:
    """Whether there is something to be sent, and its time has come."""
    if stored.due > utc_text(now):
        return False
    return stored.status == "requested" or (
        stored.status == "active" and (stored.delivered < stored.events or heartbeat_is_due(stored, now))
    )


def heartbeat_is_due(stored: Stored, now: datetime) -> bool:
    """Whether the receiver has heard nothing for the period that it asked for."""
    period = wish(stored).heartbeat
    if period is None or stored.sent is None:
        return False
    return datetime.fromisoformat(stored.sent) + timedelta(seconds=period) <= now


def prepare(services: Services, identifier: str) -> Attempt | None:
    """The attempt that is due for a subscription; None where it no longer is."""
    now = services.clock()
    with services.database.read.connect() as connection:
        stored = subscriptions.find(connection, identifier)
        if stored is None or stored.deleted or not is_due(stored, now):
            return None
        wanted = wish(stored)
        if stored.status == "requested":
            return _attempt(stored, wanted, HANDSHAKE, f"{stored.version}", bundle_of(stored, wanted, HANDSHAKE, now))
        if stored.delivered == stored.events:
            return _attempt(stored, wanted, HEARTBEAT, utc_text(now), bundle_of(stored, wanted, HEARTBEAT, now))
        last = stored.pending or min(stored.events, stored.delivered + wanted.max_count)
        name = f"{stored.delivered + 1}-{last}"
        events = told(connection, stored, stored.delivered + 1, last, wanted.content)
    body = bundle(stored, EVENTS, name, now, events, wanted.content)
    if stored.pending is None and not _change(services, stored, {"pending": last}):
        return None
    return _attempt(stored, wanted, EVENTS, name, body, last)


def bundle_of(stored: Stored, wanted: Wanted, kind: str, now: datetime) -> bytes:
    """A handshake or a heartbeat: the status alone."""
    return bundle(stored, kind, f"{stored.version}/{utc_text(now)}", now, (), wanted.content)


def _attempt(stored: Stored, wanted: Wanted, kind: str, name: str, body: bytes, last: int | None = None) -> Attempt:
    identifier = "".join(part for part in f"{stored.id}-{kind}-{name}" if part.isalnum() or part == "-")
    headers, secret = stored.headers, stored.secret
    message = Message(identifier, wanted.endpoint, wanted.media_type, headers, secret, body, wanted.timeout)
    return Attempt(stored, kind, last, message)


def settle(services: Services, attempt: Attempt, status: int | None, why: str, random: Callable[[], float]) -> None:
    """Write down what came of an attempt, unless the subscription was changed meanwhile."""
    now = services.clock()
    taken = status is not None and 200 <= status < 300
    if taken:
        values = _taken(attempt, now)
    elif status == GONE:
        values = _ended(attempt.stored, now, "off", "the receiver answered 410 Gone")
    else:
        values = _failed(attempt, now, why or f"the receiver answered {status}", random)
    _change(services, attempt.stored, values)


def _taken(attempt: Attempt, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"attempts": 0, "failing_since": None, "due": "", "sent": utc_text(now), "error": None}
    if attempt.kind == EVENTS:
        values |= {"delivered": attempt.last, "pending": None}
    if attempt.kind == HANDSHAKE:
        values |= _next_version(attempt.stored, now, "active")
    return values


def _failed(attempt: Attempt, now: datetime, why: str, random: Callable[[], float]) -> dict[str, Any]:
    """To be tried again; a handshake is not (the guide: its failure is an error), nor what has failed for a day."""
    stored = attempt.stored
    since = stored.failing_since or utc_text(now)
    if attempt.kind == HANDSHAKE or now - datetime.fromisoformat(since) >= GIVE_UP:
        return _ended(stored, now, "error", why)
    attempts = stored.attempts + 1
    due = utc_text(now + delay(attempts, random))
    return {"attempts": attempts, "failing_since": since, "due": due, "error": why}


def _ended(stored: Stored, now: datetime, status: str, error: str) -> dict[str, Any]:
    return {**_next_version(stored, now, status), "attempts": 0, "failing_since": None, "due": "", "error": error}


def _next_version(stored: Stored, now: datetime, status: str) -> dict[str, Any]:
    return {"status": status, "version": stored.version + 1, "updated": utc_text(now)}


def _change(services: Services, stored: Stored, values: dict[str, Any]) -> bool:
    """Change the subscription if it is still the version that was read, and nobody else has told it anything."""
    seen = {"version": stored.version, "delivered": stored.delivered}

    def work(connection: Connection) -> bool:
        return subscriptions.change(connection, stored.id, seen, values)

    return services.writer.run(work)


def turn_off_expired(services: Services, now: datetime) -> None:
    """Turn off the subscriptions whose `end` has come."""
    with services.database.read.connect() as connection:
        found = [item for item in subscriptions.every(connection) if item.listens]
    for item in found:
        ends = wish(item).ends
        if ends is not None and ends <= now:
            _change(services, item, _ended(item, now, "off", "its end has come"))


def due(services: Services, now: datetime, channel: str) -> list[str]:
    """Ids of the subscriptions of a channel to which something is to be sent."""
    with services.database.read.connect() as connection:
        return [item.id for item in subscriptions.every(connection, channel) if is_due(item, now)]
