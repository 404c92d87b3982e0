"""The outbox as it is read: how far, by whom, and what changed after that.

docs/subscriptions.md
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, or_, select, update

from app.storage.records import KnownSubject, chunks
from app.storage.subscription_tables import OUTBOX_READER
from app.storage.tables import AUDIT, OUTBOX, RECORD_VERSION, SUBJECT

READER = "subscriptions"


@dataclass(frozen=True, slots=True)
class Touched:
    """A subject that a change concerns: its study, and the last change of those that were read with its time."""

    subject: KnownSubject
    study: str
    known: int
    seq: int
    at: str


def hold(connection: Connection, owner: str, now: str, until: str) -> bool:
    """Take or keep the lease; False where another holds it."""
    free = or_(OUTBOX_READER.c.owner == owner, OUTBOX_READER.c.owner.is_(None), OUTBOX_READER.c.lease_until < now)
    statement = update(OUTBOX_READER).where(OUTBOX_READER.c.name == READER, free)
    return connection.execute(statement.values(owner=owner, lease_until=until)).rowcount == 1


def release(connection: Connection, owner: str) -> None:
    """Give the lease up."""
    mine = (OUTBOX_READER.c.name == READER, OUTBOX_READER.c.owner == owner)
    connection.execute(update(OUTBOX_READER).where(*mine).values(owner=None))


def position(connection: Connection) -> int:
    """The last change that was read."""
    found: int = connection.execute(select(OUTBOX_READER.c.position).where(OUTBOX_READER.c.name == READER)).scalar_one()
    return found


def move(connection: Connection, owner: str, old: int, new: int) -> bool:
    """Say that changes up to `new` were read; False where another has read on meanwhile."""
    mine = (OUTBOX_READER.c.name == READER, OUTBOX_READER.c.owner == owner, OUTBOX_READER.c.position == old)
    return connection.execute(update(OUTBOX_READER).where(*mine).values(position=new)).rowcount == 1


def end_of_batch(connection: Connection, after: int, until: int, most: int) -> int:
    """The last of the `most` changes after `after`, at most `until`."""
    some = select(OUTBOX.c.seq).where(OUTBOX.c.seq > after, OUTBOX.c.seq <= until).order_by(OUTBOX.c.seq)
    beyond = connection.execute(some.offset(most - 1).limit(1)).scalar()
    return until if beyond is None else beyond


def touched(connection: Connection, after: int, until: int) -> list[Touched]:
    """The subjects of the changes in (after, until], in order of their last change.

    A correction may have moved a record: whose it was before is concerned too.
    """
    some = (OUTBOX.c.seq > after, OUTBOX.c.seq <= until)
    last: dict[int, int] = {}
    for row in connection.execute(select(OUTBOX.c.seq, OUTBOX.c.subject).where(*some)):
        if row.subject is not None:
            last[row.subject] = max(last.get(row.subject, 0), row.seq)
    for seq, subject in connection.execute(_former(after, until)):
        last[subject] = max(last.get(subject, 0), seq)
    return sorted(_subjects(connection, last), key=lambda item: (item.seq, item.subject.id))


def _former(after: int, until: int) -> Select[int, int]:
    """(seq, subject) of earlier versions of the records that changed."""
    new, old = RECORD_VERSION.alias(), RECORD_VERSION.alias()
    return (
        select(new.c.id, old.c.subject)
        .join_from(new, old, new.c.record == old.c.record)
        .where(new.c.id > after, new.c.id <= until, old.c.id < new.c.id, old.c.subject.is_not(None))
    )


def _subjects(connection: Connection, last: dict[int, int]) -> list[Touched]:
    times: dict[int, str] = {}
    for part in chunks(set(last.values())):
        rows = connection.execute(select(AUDIT.c.seq, AUDIT.c.at).where(AUDIT.c.seq.in_(part)))
        times |= {row.seq: row.at for row in rows}
    found = []
    for part in chunks(last):
        for row in connection.execute(select(SUBJECT).where(SUBJECT.c.id.in_(part))):
            known = KnownSubject(row.id, row.number, row.site, row.patient, row.research_subject)
            found.append(Touched(known, row.study, row.seq, last[row.id], times[last[row.id]]))
    return found
