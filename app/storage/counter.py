"""The global sequence: one number for every change, given out under the write lock.

docs/adr/0002-versions-and-seq.md
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, update

from app.storage.tables import AUDIT, COUNTER


@dataclass(frozen=True, slots=True)
class Moment:
    """A point on the `as_of` axis: a sequence number and the time of that change (ISO 8601, UTC)."""

    seq: int
    time: str


def utc_text(time: datetime) -> str:
    """UTC with milliseconds, so that texts sort as times do."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def create(connection: Connection, time: datetime) -> None:
    """Put the counter at zero, once."""
    if connection.execute(select(COUNTER.c.id)).first() is None:
        connection.execute(insert(COUNTER).values(id=1, seq=0, at=utc_text(time)))


def lock(connection: Connection, time: datetime) -> Moment:
    """Take the write lock and tell the last number given out; time never runs backwards."""
    row = connection.execute(
        update(COUNTER).where(COUNTER.c.id == 1).values(seq=COUNTER.c.seq).returning(COUNTER.c.seq, COUNTER.c.at)
    ).one()
    return Moment(row.seq, max(row.at, utc_text(time)))


def advance(connection: Connection, moment: Moment) -> None:
    """Remember the last number given out."""
    connection.execute(update(COUNTER).where(COUNTER.c.id == 1).values(seq=moment.seq, at=moment.time))


def latest(connection: Connection) -> Moment:
    """The newest committed change."""
    row = connection.execute(select(COUNTER.c.seq, COUNTER.c.at)).one()
    return Moment(row.seq, row.at)


def at_seq(connection: Connection, seq: int) -> Moment | None:
    """The moment of a sequence number; None when it lies in the future."""
    newest = latest(connection)
    if seq > newest.seq:
        return None
    time = connection.execute(select(func.max(AUDIT.c.at)).where(AUDIT.c.seq <= seq)).scalar_one()
    return Moment(seq, time or newest.time)


def at_time(connection: Connection, time: datetime) -> Moment:
    """What had been received by a time."""
    seq = connection.execute(select(func.max(AUDIT.c.seq)).where(AUDIT.c.at <= utc_text(time))).scalar_one()
    return Moment(seq or 0, utc_text(time))
