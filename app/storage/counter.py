"""The global sequence: one number for every change, given out under the write lock.

docs/adr/0002-versions-and-seq.md
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, text, update

from app.storage.tables import AUDIT, COUNTER

# The shipped study is the first change of every store; before it, at 0, nothing was known.
FIRST = 1


@dataclass(frozen=True, slots=True)
class Moment:
    """A point on the `as_of` axis: a sequence number and the time of that change (ISO 8601, UTC)."""

    seq: int
    time: str


def utc_text(time: datetime) -> str:
    """UTC with milliseconds, so that texts sort as times do."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def create(connection: Connection, time: datetime) -> None:
    """Put the counter at zero, once, whoever else is starting."""
    statement = text("INSERT INTO counter (id, seq, at) VALUES (1, 0, :at) ON CONFLICT DO NOTHING")
    connection.execute(statement, {"at": utc_text(time)})


def lock(connection: Connection, time: datetime) -> Moment:
    """Take the write lock; (last number given out, time of the change to come).

    Time moves on with every change, whatever the clock says: what was known at a time must not change later.
    """
    row = connection.execute(
        update(COUNTER).where(COUNTER.c.id == 1).values(seq=COUNTER.c.seq).returning(COUNTER.c.seq, COUNTER.c.at)
    ).one()
    return Moment(row.seq, max(_after(row.at), utc_text(time)))


def _after(time: str) -> str:
    return utc_text(datetime.fromisoformat(time) + timedelta(milliseconds=1))


def advance(connection: Connection, moment: Moment) -> None:
    """Remember the last number given out; where none was, nothing happened and the time stays."""
    newer = COUNTER.c.seq < moment.seq
    connection.execute(update(COUNTER).where(COUNTER.c.id == 1, newer).values(seq=moment.seq, at=moment.time))


def latest(connection: Connection) -> Moment:
    """The newest committed change."""
    row = connection.execute(select(COUNTER.c.seq, COUNTER.c.at)).one()
    return Moment(row.seq, row.at)


def at_seq(connection: Connection, seq: int) -> Moment | None:
    """The moment of a sequence number; None when it lies in the future."""
    if seq > latest(connection).seq:
        return None
    known = select(AUDIT.c.at).where(AUDIT.c.seq <= max(seq, FIRST)).order_by(AUDIT.c.seq.desc()).limit(1)
    return Moment(seq, connection.execute(known).scalar_one())


def at_time(connection: Connection, time: datetime) -> Moment:
    """What had been received by a time."""
    until = utc_text(time)
    known = select(AUDIT.c.seq).where(AUDIT.c.at <= until).order_by(AUDIT.c.at.desc(), AUDIT.c.seq.desc()).limit(1)
    return Moment(connection.execute(known).scalar() or 0, until)
