"""Export jobs: accepted, running, completed or failed; one that is cancelled or has expired is gone.

docs/bulk-export.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from app.storage.exports.tables import EXPORT_FILE, EXPORT_JOB

ACCEPTED, RUNNING, COMPLETED, FAILED = "accepted", "running", "completed", "failed"
_UNDER_WAY = (ACCEPTED, RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """One export as stored. time: that of the snapshot `seq`; written: resources so far; expires: set at the end.

    Times are texts as the store writes instants.
    """

    id: str
    client: str
    request: str
    question: str
    seq: int
    time: str
    state: str
    created: str
    written: int = 0
    attempts: int = 0
    lease: str | None = None
    lease_until: str | None = None
    polled: str | None = None
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A whole file of a job. kind: output, deleted or error; last: the row id where its reading ended."""

    position: int
    name: str
    kind: str
    type: str
    count: int
    last: int


def add(connection: Connection, job: Job) -> None:
    """Write a new job."""
    connection.execute(insert(EXPORT_JOB).values(**{column.name: getattr(job, column.name) for column in EXPORT_JOB.c}))


def under_way(connection: Connection, client: str) -> int:
    """How many jobs of a client are not at their end."""
    own = (EXPORT_JOB.c.client == client, EXPORT_JOB.c.state.in_(_UNDER_WAY))
    return connection.execute(select(func.count()).select_from(EXPORT_JOB).where(*own)).scalar_one()


def find(connection: Connection, identifier: str) -> Job | None:
    """The job with that id."""
    row = connection.execute(select(EXPORT_JOB).where(EXPORT_JOB.c.id == identifier)).first()
    return None if row is None else Job(*row)


def files(connection: Connection, identifier: str) -> list[File]:
    """The whole files of a job, in the order of writing."""
    columns = EXPORT_FILE.c["position", "name", "kind", "type", "count", "last"]
    statement = select(*columns).where(EXPORT_FILE.c.job == identifier).order_by(EXPORT_FILE.c.position)
    return [File(*row) for row in connection.execute(statement)]


def free(connection: Connection, now: str) -> str | None:
    """The id of the oldest job that waits, or whose worker was not heard of in time."""
    statement = select(EXPORT_JOB.c.id).where(_free(now)).order_by(EXPORT_JOB.c.created, EXPORT_JOB.c.id).limit(1)
    found: str | None = connection.execute(statement).scalar()
    return found


def _free(now: str) -> ColumnElement[bool]:
    late = and_(EXPORT_JOB.c.state == RUNNING, EXPORT_JOB.c.lease_until < now)
    return or_(EXPORT_JOB.c.state == ACCEPTED, late)


def claim(connection: Connection, lease: str, now: str, until: str) -> tuple[Job, list[File]] | None:
    """Take the oldest free job for one attempt; None where there is none, or another worker was quicker."""
    identifier = free(connection, now)
    if identifier is None:
        return None
    values = {"state": RUNNING, "lease": lease, "lease_until": until, "attempts": EXPORT_JOB.c.attempts + 1}
    if not _changed(connection, and_(EXPORT_JOB.c.id == identifier, _free(now)), values):
        return None
    job = find(connection, identifier)
    assert job is not None  # it was changed just now, in this transaction
    return job, files(connection, identifier)


def beat(connection: Connection, job: Job, until: str, written: int) -> bool:
    """Say that an attempt goes on, and how far it is; False where the job is another's by now, or gone."""
    return _changed(connection, _held(job), {"lease_until": until, "written": written})


def keep(connection: Connection, job: Job, file: File, until: str, written: int) -> bool:
    """List a whole file; False where the job is another's by now, or gone."""
    if not beat(connection, job, until, written):
        return False
    connection.execute(insert(EXPORT_FILE).values(job=job.id, **{name: getattr(file, name) for name in file.__slots__}))
    return True


def release(connection: Connection, job: Job) -> bool:
    """Give a job back unfinished: the service is stopping, and that is no failure of the attempt."""
    values = {"state": ACCEPTED, "lease": None, "lease_until": None, "attempts": EXPORT_JOB.c.attempts - 1}
    return _changed(connection, _held(job), values)


def end(connection: Connection, job: Job, state: str, expires: str) -> bool:
    """Complete a job, or let it fail; False where it is another's by now, or gone."""
    values = {"state": state, "expires": expires, "lease": None, "lease_until": None}
    return _changed(connection, _held(job), values)


def _held(job: Job) -> ColumnElement[bool]:
    return and_(EXPORT_JOB.c.id == job.id, EXPORT_JOB.c.lease == job.lease)


def poll(connection: Connection, identifier: str, time: str) -> None:
    """Remember when a job was last asked for."""
    connection.execute(update(EXPORT_JOB).where(EXPORT_JOB.c.id == identifier).values(polled=time))


def remove(connection: Connection, identifier: str) -> bool:
    """Forget a job and its files; False where there was none."""
    return connection.execute(delete(EXPORT_JOB).where(EXPORT_JOB.c.id == identifier)).rowcount == 1


def expired(connection: Connection, now: str) -> list[str]:
    """Ids of jobs whose time is over."""
    return list(connection.execute(select(EXPORT_JOB.c.id).where(EXPORT_JOB.c.expires <= now)).scalars())


def known(connection: Connection) -> set[str]:
    """Ids of all jobs."""
    return set(connection.execute(select(EXPORT_JOB.c.id)).scalars())


def _changed(connection: Connection, which: ColumnElement[bool], values: dict[str, Any]) -> bool:
    return connection.execute(update(EXPORT_JOB).where(which).values(**values)).rowcount == 1
