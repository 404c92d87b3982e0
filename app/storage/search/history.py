"""Versions of every resource, or of every resource of a type, newest first.

https://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, sql

from app.storage.search.conditions import written
from app.storage.search.pages import Found
from app.storage.tables import RESOURCE
from app.storage.visibility import Caller, visible


@dataclass(frozen=True, slots=True)
class Feed:
    """A history: of one resource, of a type or of all; on a snapshot; since an instant (as the store writes it), or of
    what counted at some time between two.
    """

    seq: int
    caller: Caller
    type: str | None = None
    id: str | None = None
    since: str | None = None
    at: tuple[str, str] | None = None


def page(connection: Connection, feed: Feed, before: int | None, size: int) -> Found:
    """The page that follows the row id `before`."""
    conditions = _conditions(feed)
    if before is not None:
        conditions.append(RESOURCE.c.id < before)
    statement = select(RESOURCE.c.id).where(*conditions).order_by(RESOURCE.c.id.desc()).limit(size + 1)
    ids = list(connection.execute(statement).scalars())
    return Found(ids[:size], len(ids) > size)


def total(connection: Connection, feed: Feed) -> int:
    """How many versions the whole history has."""
    return connection.execute(select(func.count()).where(*_conditions(feed))).scalar_one()


def exists(connection: Connection, feed: Feed) -> bool:
    """Whether there is any version, whenever it was written."""
    statement = select(RESOURCE.c.id).where(*_conditions(replace(feed, since=None, at=None))).limit(1)
    return connection.execute(statement).first() is not None


def _conditions(feed: Feed) -> list[Any]:
    conditions: list[Any] = [RESOURCE.c.seq_from <= feed.seq, visible(RESOURCE, feed.caller)]
    if feed.type is not None:
        conditions.append(RESOURCE.c.type == feed.type)
    if feed.id is not None:
        conditions.append(RESOURCE.c.resource_id == feed.id)
    if feed.since is not None:
        conditions.append(written(RESOURCE, feed.since, None))
    if feed.at is not None:
        first, end = feed.at
        conditions += [RESOURCE.c.updated < end, ~_replaced(feed, first)]
    return conditions


def _replaced(feed: Feed, by: str) -> ColumnElement[bool]:
    """The condition that the next version was there at an instant."""
    following = RESOURCE.alias()
    same = [following.c[name] == RESOURCE.c[name] for name in ("type", "resource_id")]
    next_one = (following.c.version == RESOURCE.c.version + 1, following.c.seq_from <= feed.seq)
    return sql.exists(select(1).where(*same, *next_one, following.c.updated <= by).correlate(RESOURCE))
