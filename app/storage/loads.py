"""Loads as stored: accepted, running, completed, failed or cancelled. How far one is stands beside what it stored.

docs/loading.md
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from app.storage.load_tables import LOAD, LOAD_PIECE

ACCEPTED, RUNNING, COMPLETED, FAILED, CANCELLED = "accepted", "running", "completed", "failed", "cancelled"
UNDER_WAY = (ACCEPTED, RUNNING)
# Pieces whose refused lines are read at once.
PAGE = 20


@dataclass(frozen=True, slots=True)
class Load:
    """One load as stored. Times are texts as the store writes instants; worked: seconds; problem: issues as JSON."""

    id: str
    study: str
    digest: str
    identity: str
    media_type: str
    context: str
    dry_run: int
    size: int
    created: str
    state: str = ACCEPTED
    position: int = 0
    lines: int = 0
    number: int = 0
    tally: str = "{}"
    worked: float = 0.0
    problem: str = "[]"
    attempts: int = 0
    lease: str | None = None
    lease_until: str | None = None
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One piece that was taken: where the next one begins, the tally with it, its receipt and its refused lines."""

    position: int
    lines: int
    tally: str
    worked: float
    receipt: str
    refused: list[dict[str, Any]]


def add(connection: Connection, load: Load) -> None:
    """Write a new load."""
    connection.execute(insert(LOAD).values(**{column.name: getattr(load, column.name) for column in LOAD.c}))


def find(connection: Connection, study: str, identifier: str) -> Load | None:
    """The load of a study with that id."""
    return _one(connection, and_(LOAD.c.study == study, LOAD.c.id == identifier))


def same(connection: Connection, study: str, identity: str) -> Load | None:
    """The load of the same file, read in the same way."""
    return _one(connection, and_(LOAD.c.study == study, LOAD.c.identity == identity))


def of_study(connection: Connection, study: str, before: str, most: int) -> list[Load]:
    """Loads of a study, the newest first; before: only those created before that time."""
    conditions = [LOAD.c.study == study]
    conditions += [LOAD.c.created < before] if before else []
    rows = select(LOAD).where(*conditions).order_by(LOAD.c.created.desc(), LOAD.c.id).limit(most)
    return [Load(*row) for row in connection.execute(rows)]


def _one(connection: Connection, condition: ColumnElement[bool]) -> Load | None:
    row = connection.execute(select(LOAD).where(condition)).first()
    return None if row is None else Load(*row)


def free(connection: Connection, now: str) -> str | None:
    """The id of the oldest load that waits, or whose worker was not heard of in time."""
    rows = select(LOAD.c.id).where(_free(now)).order_by(LOAD.c.created, LOAD.c.id).limit(1)
    found: str | None = connection.execute(rows).scalar()
    return found


def _free(now: str) -> ColumnElement[bool]:
    late = and_(LOAD.c.state == RUNNING, LOAD.c.lease_until < now)
    return or_(LOAD.c.state == ACCEPTED, late)


def claim(connection: Connection, lease: str, now: str, until: str) -> Load | None:
    """Take the oldest free load for one attempt; None where there is none, or another worker was quicker."""
    identifier = free(connection, now)
    values = {"state": RUNNING, "lease": lease, "lease_until": until, "attempts": LOAD.c.attempts + 1}
    if identifier is None or not _changed(connection, and_(LOAD.c.id == identifier, _free(now)), values):
        return None
    return _one(connection, LOAD.c.id == identifier)


def hold(connection: Connection, load: Load, until: str) -> bool:
    """Keep the lease, and every other worker out until the commit; False where it is another's, or called off."""
    return _changed(connection, _held(load), {"lease_until": until})


def step(connection: Connection, load: Load, taken: Step) -> None:
    """Write down a piece that was taken, in the transaction that takes it."""
    number = connection.execute(
        update(LOAD)
        .where(LOAD.c.id == load.id)
        .values(
            position=taken.position,
            lines=taken.lines,
            tally=taken.tally,
            worked=LOAD.c.worked + taken.worked,
            attempts=0,
            number=LOAD.c.number + 1,
        )
        .returning(LOAD.c.number)
    ).scalar_one()
    row = {"load": load.id, "number": number, "receipt": taken.receipt, "refused": json.dumps(taken.refused)}
    connection.execute(insert(LOAD_PIECE).values(**row))


def release(connection: Connection, load: Load) -> bool:
    """Give a load back unfinished: the service is stopping, and that is no failure of the attempt."""
    values = {"state": ACCEPTED, "lease": None, "lease_until": None, "attempts": 0}
    return _changed(connection, _held(load), values)


def end(connection: Connection, load: Load, state: str, time: str, problem: str = "[]") -> bool:
    """Bring a load to its end; False where it is another's by now, or called off."""
    values = {"state": state, "ended": time, "problem": problem, "lease": None, "lease_until": None}
    return _changed(connection, _held(load), values)


def cancel(connection: Connection, load: Load, time: str) -> bool:
    """Call a load off; False where it has ended."""
    values = {"state": CANCELLED, "ended": time, "lease": None, "lease_until": None}
    return _changed(connection, and_(LOAD.c.id == load.id, LOAD.c.state.in_(UNDER_WAY)), values)


def resume(connection: Connection, load: Load, *, anew: bool) -> None:
    """Let a load that has ended go on where it ended, or begin anew."""
    values: dict[str, Any] = {"state": ACCEPTED, "ended": None, "problem": "[]", "attempts": 0}
    if anew:
        values |= {"position": 0, "lines": 0, "number": 0, "tally": "{}", "worked": 0.0}
        connection.execute(delete(LOAD_PIECE).where(LOAD_PIECE.c.load == load.id))
    connection.execute(update(LOAD).where(LOAD.c.id == load.id).values(**values))


def refused(connection: Connection, identifier: str, after: int) -> list[tuple[int, list[dict[str, Any]]]]:
    """(number, lines that were refused or held) of the next pieces of a load that have some."""
    pieces = select(LOAD_PIECE.c.number, LOAD_PIECE.c.refused).where(LOAD_PIECE.c.load == identifier)
    further = pieces.where(LOAD_PIECE.c.number > after, LOAD_PIECE.c.refused != "[]")
    rows = connection.execute(further.order_by(LOAD_PIECE.c.number).limit(PAGE))
    return [(row.number, json.loads(row.refused)) for row in rows]


def under_way(connection: Connection) -> set[str]:
    """Ids of the loads that are not at their end."""
    return set(connection.execute(select(LOAD.c.id).where(LOAD.c.state.in_(UNDER_WAY))).scalars())


def _held(load: Load) -> ColumnElement[bool]:
    return and_(LOAD.c.id == load.id, LOAD.c.lease == load.lease)


def _changed(connection: Connection, which: ColumnElement[bool], values: dict[str, Any]) -> bool:
    return connection.execute(update(LOAD).where(which).values(**values)).rowcount == 1
