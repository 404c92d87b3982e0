"""What arrived, counted: one row for each delivery and site, resends too.

docs/intake.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, ForeignKey, Index, Integer, String, Table, func, select

from app.endpoints.event import BIG
from app.storage.records import chunks
from app.storage.tables import METADATA

OUTCOMES = ("accepted", "amended", "unchanged", "held", "rejected")
COUNTS = ("received", *OUTCOMES, "unused")

DELIVERY = Table(
    "delivery",
    METADATA,
    # In the order of arrival.
    Column("id", BIG, primary_key=True),
    Column("study", ForeignKey("study.name"), nullable=False),
    Column("inbox", ForeignKey("inbox.id"), nullable=False),
    # Where the records name none, or none of the study's: null.
    Column("site", String(64)),
    # The site's calendar day, or that of UTC where the site has no time zone.
    Column("day", String(10), nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("profile", String(64)),
    *(Column(name, Integer, nullable=False) for name in COUNTS),
    Index("ix_delivery_study", "study", "day", "site"),
    Index("ix_delivery_inbox", "inbox"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are asked for. first, last: days, inclusive."""

    study: str
    site: str | None = None
    first: str | None = None
    last: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as conditions of a query."""
        column = DELIVERY.c
        found = [column.study == self.study]
        if self.site is not None:
            found.append(column.site == self.site)
        if self.first is not None:
            found.append(column.day >= self.first)
        if self.last is not None:
            found.append(column.day <= self.last)
        return found


def by_day(connection: Connection, wanted: Wanted) -> list[Any]:
    """(site, day, deliveries, counts …) of each site and day."""
    place = (DELIVERY.c.site, DELIVERY.c.day)
    sums = [func.sum(DELIVERY.c[name]).label(name) for name in COUNTS]
    statement = select(*place, func.count().label("deliveries"), *sums).where(*wanted.conditions()).group_by(*place)
    rows = list(connection.execute(statement))
    return sorted(rows, key=lambda row: (row.day, row.site or ""))


def each(connection: Connection, wanted: Wanted, after: int, size: int) -> list[Any]:
    """The deliveries themselves, in the order of arrival."""
    statement = select(DELIVERY).where(*wanted.conditions(), DELIVERY.c.id > after)
    return list(connection.execute(statement.order_by(DELIVERY.c.id).limit(size)))


def arrivals(connection: Connection, inboxes: Iterable[str]) -> dict[str, int]:
    """The place of each payload in the order of first arrival; payloads from before deliveries were counted lack."""
    found: dict[str, int] = {}
    for part in chunks(inboxes):
        first = select(DELIVERY.c.inbox, func.min(DELIVERY.c.id).label("place")).where(DELIVERY.c.inbox.in_(part))
        found |= {row.inbox: row.place for row in connection.execute(first.group_by(DELIVERY.c.inbox))}
    return found
