"""An export as its client sees it: started, asked after, called off, fetched.

https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-kick-off-request
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from app.domain.errors import Category, Fault
from app.interop.fhir.search.parameters import references_to
from app.services.context import Services
from app.services.export import files
from app.services.export.question import Question
from app.services.export.reading import Start, read
from app.services.search.criteria import Asker
from app.services.search.faults import refused
from app.services.search.query import Pairs
from app.storage import counter, groups
from app.storage.counter import utc_text
from app.storage.exports import jobs, scan
from app.storage.exports.jobs import File, Job
from app.storage.exports.scan import Held, Scope
from app.storage.visibility import Caller

# Seconds after which an export under way is worth asking after again; asked much sooner it is too much.
RETRY_AFTER = 1
_SOONEST = timedelta(milliseconds=500)
_BUSY_RETRY = 10


@dataclass(frozen=True, slots=True)
class KickOff:
    """client: who asks, by name; request: the whole address; base: our own; group: the id of a Group, where it is asked
    of one; patients: whether only what belongs to Patients is asked for; release: of FHIR.
    """

    client: str
    caller: Caller
    request: str
    base: str
    patients: bool
    group: str | None
    release: int
    lenient: bool
    pairs: Pairs


def start(tools: Services, asked: KickOff) -> str:
    """The id of the new job. Fault where it cannot be answered, or where too much is under way."""
    now = tools.clock()
    with tools.database.read.connect() as connection:
        moment = counter.latest(connection)
        held = Held(moment.seq, asked.caller, _scope(connection, asked))
        question = read(Start(Asker(asked.base, now, asked.release), held, asked.lenient), asked.pairs)
        _check_patients(connection, question)
    words = (asked.client, asked.request, question.text())
    job = Job(tools.new_id(), *words, moment.seq, moment.time, jobs.ACCEPTED, utc_text(now))
    tools.writer.run(lambda connection: _add(connection, job, tools.settings.max_exports))
    tools.exports.wake()
    return job.id


def _scope(connection: Connection, asked: KickOff) -> Scope:
    if asked.group is None:
        return Scope(asked.patients, links=references_to("Patient"))
    found = groups.find(connection, asked.caller, asked.group)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such Group")
    return Scope(True, found.study, links=references_to("Patient"))


def _check_patients(connection: Connection, question: Question) -> None:
    patients = question.held.scope.patients
    if patients and len(scan.known_patients(connection, question.held, patients)) < len(patients):
        raise refused("patient", "not all of them are Patients here", None, "not-found")


def _add(connection: Connection, job: Job, most: int) -> None:
    if jobs.under_way(connection, job.client) >= most:
        detail = f"{most} exports are under way; wait for one of them, or call it off"
        raise Fault(Category.TOO_MANY, detail, retry_after=_BUSY_RETRY)
    jobs.add(connection, job)


def status(tools: Services, client: str, identifier: str) -> tuple[Job, list[File]]:
    """A job and its files. Fault NOT_FOUND for any but the client's own, TOO_MANY where it is asked after too often."""
    now = tools.clock()
    with tools.database.read.connect() as connection:
        job = _own(connection, client, identifier, now)
        found = jobs.files(connection, identifier)
    if job.state in (jobs.ACCEPTED, jobs.RUNNING):
        if job.polled is not None and utc_text(now - _SOONEST) < job.polled:
            raise Fault(Category.TOO_MANY, "asked too often", retry_after=RETRY_AFTER)
        tools.writer.run(lambda connection: jobs.poll(connection, identifier, utc_text(now)))
    return job, found


def cancel(tools: Services, client: str, identifier: str) -> None:
    """Call a job off, or let its files go. Fault NOT_FOUND for any but the client's own."""
    with tools.database.read.connect() as connection:
        _own(connection, client, identifier, tools.clock())
    files.discard(tools, identifier)


def file(tools: Services, client: str, identifier: str, name: str) -> tuple[Path, Job]:
    """Where a file of a finished job lies. Fault NOT_FOUND for any but the client's own."""
    with tools.database.read.connect() as connection:
        job = _own(connection, client, identifier, tools.clock())
        names = {found.name for found in jobs.files(connection, identifier)}
    path = files.folder(tools, identifier) / name
    if job.state != jobs.COMPLETED or name not in names or not path.is_file():
        raise Fault(Category.NOT_FOUND, "no such file")
    return path, job


def _own(connection: Connection, client: str, identifier: str, now: datetime) -> Job:
    job = jobs.find(connection, identifier)
    if job is None or job.client != client or (job.expires is not None and job.expires <= utc_text(now)):
        raise Fault(Category.NOT_FOUND, "no such export, or it has expired")
    return job
