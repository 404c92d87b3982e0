"""Records that were refused or are held, with their reasons. Identified data: sponsors never read here.

docs/intake.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from app.storage.records import chunks
from app.storage.tables import DISMISSAL, QUARANTINE

State = Literal["refused", "held"]
_ROW = QUARANTINE.c
_OPEN = and_(_ROW.cleared.is_(None), _ROW.dismissed.is_(None))
_DONE = or_(_ROW.cleared.is_not(None), _ROW.dismissed.is_not(None))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items are asked for. since: from this moment on; before: up to it; cleared: what is done with instead."""

    study: str
    site: str | None = None
    type: str | None = None
    code: str | None = None
    profile: str | None = None
    state: State | None = None
    receipt: str | None = None
    since: str | None = None
    before: str | None = None
    cleared: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as conditions of a query."""
        named = {_ROW.site: self.site, _ROW.type: self.type, _ROW.profile: self.profile, _ROW.state: self.state}
        named |= {_ROW.inbox: self.receipt}
        found = [_ROW.study == self.study, _DONE if self.cleared else _OPEN]
        found += [column == value for column, value in named.items() if value is not None]
        if self.code is not None:
            found.append(_ROW.codes.contains(f" {self.code} ", autoescape=True))
        if self.since is not None:
            found.append(_ROW.received >= self.since)
        if self.before is not None:
            found.append(_ROW.received < self.before)
        return found


def codes_text(codes: Iterable[str]) -> str:
    """Codes of issues as one text in which each can be found."""
    return f" {' '.join(sorted(set(codes)))} "[:200]


def page(connection: Connection, wanted: Wanted, after: str, size: int, *, whole: bool = False) -> list[Any]:
    """Items in the order of arrival; whole: with what was sent."""
    columns = [column for column in _ROW if whole or column.name != "payload"]
    statement = select(*columns).where(*wanted.conditions(), _ROW.id > after)
    return list(connection.execute(statement.order_by(_ROW.id).limit(size)))


def count(connection: Connection, wanted: Wanted) -> int:
    """How many open items there are of what is wanted."""
    conditions = replace(wanted, cleared=False).conditions()
    return connection.execute(select(func.count()).select_from(QUARANTINE).where(*conditions)).scalar_one()


def item(connection: Connection, study: str, identifier: str) -> Any:
    """One item with what was sent; None when there is none."""
    return connection.execute(select(QUARANTINE).where(_ROW.study == study, _ROW.id == identifier)).first()


def present(connection: Connection, inboxes: Iterable[str]) -> set[tuple[str, int]]:
    """(inbox id, position) of those payloads' records that are in quarantine already."""
    found: set[tuple[str, int]] = set()
    for part in chunks(inboxes):
        rows = connection.execute(select(_ROW.inbox, _ROW.position).where(_ROW.inbox.in_(part)))
        found |= {(row.inbox, row.position) for row in rows}
    return found


def held_of(connection: Connection, inboxes: Iterable[str]) -> dict[tuple[str, int], str]:
    """Ids of the items that are held, by the (inbox id, position) of those payloads' records."""
    found: dict[tuple[str, int], str] = {}
    for part in chunks(inboxes):
        conditions = (_ROW.inbox.in_(part), _ROW.state == "held", _OPEN)
        rows = connection.execute(select(_ROW.inbox, _ROW.position, _ROW.id).where(*conditions))
        found |= {(row.inbox, row.position): row.id for row in rows}
    return found


def clear(connection: Connection, study: str, keys: Iterable[str], seq: int) -> None:
    """Mark items as cleared once a good record of the same key was stored."""
    for part in chunks(keys):
        conditions = (_ROW.study == study, _ROW.key.in_(part), _ROW.cleared.is_(None))
        connection.execute(update(QUARANTINE).where(*conditions).values(cleared=seq))


def clear_up_to(connection: Connection, study: str, items: Iterable[tuple[str, str]], seq: int) -> None:
    """Mark (key, id) as cleared, and what came before them under the same key."""
    for key, identifier in items:
        conditions = (_ROW.study == study, _ROW.key == key, _ROW.id <= identifier, _ROW.cleared.is_(None))
        connection.execute(update(QUARANTINE).where(*conditions).values(cleared=seq))


def clear_item(connection: Connection, identifier: str, seq: int) -> None:
    """Mark an item as cleared: what waited in it was taken."""
    connection.execute(update(QUARANTINE).where(_ROW.id == identifier).values(cleared=seq))


def refuse(connection: Connection, identifier: str, issues: str, codes: str) -> None:
    """What was held is refused, for these issues."""
    values = {"state": "refused", "issues": issues, "codes": codes}
    connection.execute(update(QUARANTINE).where(_ROW.id == identifier).values(**values))


def keep_open(connection: Connection, places: Iterable[tuple[str, int]], seq: int) -> None:
    """Take back that the newest items of these (inbox id, position) were cleared by this change."""
    for inbox, position in places:
        place = (_ROW.inbox == inbox, _ROW.position == position)
        newest = select(func.max(_ROW.id)).where(*place).scalar_subquery()
        connection.execute(update(QUARANTINE).where(_ROW.id == newest, _ROW.cleared == seq).values(cleared=None))


def clear_items(connection: Connection, identifiers: Iterable[str], seq: int) -> None:
    """Mark these items as cleared."""
    for part in chunks(identifiers):
        connection.execute(update(QUARANTINE).where(_ROW.id.in_(part)).values(cleared=seq))


@dataclass(frozen=True, slots=True)
class Dismissal:
    """That a person laid an item aside, or took it up again where reason is None."""

    seq: int
    item: str
    at: str
    actor: str
    reason: str | None


def dismiss(connection: Connection, found: Dismissal) -> None:
    """Keep a dismissal, or its undoing, in the item's history."""
    row = {"id": found.seq, "item": found.item, "at": found.at, "actor": found.actor, "reason": found.reason}
    connection.execute(insert(DISMISSAL), [row])
    number = None if found.reason is None else found.seq
    connection.execute(update(QUARANTINE).where(_ROW.id == found.item).values(dismissed=number))


def dismissals(connection: Connection, identifier: str) -> list[Dismissal]:
    """The history of an item, oldest first."""
    statement = select(DISMISSAL).where(DISMISSAL.c.item == identifier).order_by(DISMISSAL.c.id)
    return [Dismissal(row.id, row.item, row.at, row.actor, row.reason) for row in connection.execute(statement)]
