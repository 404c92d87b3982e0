"""Notifications made of stored events, as the subscription's own caller may see them.

http://hl7.org/fhir/uv/subscriptions-backport/payloads.html
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from app.interop.fhir.form import in_release
from app.interop.fhir.subscriptions.notification import State, Told, notification
from app.interop.fhir.subscriptions.subscription import FULL_RESOURCE
from app.services.subscriptions.wish import wish
from app.storage import documents, subscriptions
from app.storage.counter import utc_text
from app.storage.subscriptions import Event, Stored

# What the guide is for.
R4 = 4
# Ids of status resources: made of what they tell, so that a repeated notification has the same.
_NAMESPACE = uuid.UUID("5f2d1f0e-7f5b-4c86-9d0b-6c1f6d1c3a55")


def state_of(stored: Stored) -> State:
    """The subscription as its status tells it."""
    status = stored.status
    return State(stored.id, wish(stored).topic.url, status, stored.events, stored.base, stored.error)


def told(connection: Connection, stored: Stored, first: int, last: int, content: str) -> list[Told]:
    """Its events with numbers from `first` to `last`; with their resources where the content is full."""
    events = subscriptions.events(connection, stored.id, first, last)
    return [_told(connection, stored, event, content) for event in events]


def _told(connection: Connection, stored: Stored, event: Event, content: str) -> Told:
    """The resource as it stood then in the caller's view: the views count versions of their own."""
    names = (event.number, event.at, event.trigger, event.code, event.type, event.resource_id, event.research_subject)
    if content != FULL_RESOURCE:
        return Told(*names)
    found = documents.as_of(connection, event.type, event.resource_id, event.seq, stored.caller)
    if found is None or found.deleted:
        return Told(*names, deleted=found is not None)
    body = in_release(R4, found.type, found.release, found.body)
    return Told(*names, found.version, body)


def bundle(stored: Stored, kind: str, name: str, now: datetime, events: Sequence[Told], content: str) -> bytes:
    """A notification Bundle. kind: of the notification; name: what tells it from others of the subscription."""
    identifier = str(uuid.uuid5(_NAMESPACE, f"{stored.id}/{kind}/{name}"))
    return notification(state_of(stored), kind, identifier, utc_text(now), events, content)
