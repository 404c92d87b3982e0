"""Subscriptions, their numbered events, and how far the outbox has been read.

docs/subscriptions.md
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, SmallInteger, String, Table, Text

from app.endpoints.event import METADATA

SUBSCRIPTION = Table(
    "subscription",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    # What the client wrote, without its secret and the values of its headers, which stand apart: a read shows neither.
    Column("body", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("secret", Text, nullable=False),
    # Whose question it is (app/storage/visibility.py), and the address of the door that it came in by.
    Column("coded", SmallInteger, nullable=False),
    Column("studies", Text),
    Column("base", Text, nullable=False),
    Column("updated", String(32), nullable=False),
    Column("deleted", SmallInteger, nullable=False),
    # It hears of changes after `start`. events: number of the last event; delivered: of the last that was taken.
    Column("start", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    # The last event of the notification that is on its way: a repeated one holds the same events.
    Column("pending", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("due", String(32), nullable=False),
    Column("failing_since", String(32)),
    Column("sent", String(32)),
    Column("error", Text),
)

SUBSCRIPTION_EVENT = Table(
    "subscription_event",
    METADATA,
    Column("subscription", ForeignKey("subscription.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", String(32), nullable=False),
    Column("trigger", String(16), nullable=False),
    Column("code", String(200)),
    # The resource that the event is about, as it stood at `seq`, and the ResearchSubject whose it is.
    Column("type", String(40), nullable=False),
    Column("resource_id", String(64), nullable=False),
    Column("research_subject", String(64), nullable=False),
)

OUTBOX_READER = Table(
    "outbox_reader",
    METADATA,
    # position: the last change of the outbox that was read. One process at a time reads: the owner, while its lease
    # lasts.
    Column("name", String(32), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("owner", String(64)),
    Column("lease_until", String(32), nullable=False),
)
