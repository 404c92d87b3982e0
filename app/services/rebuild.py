"""Every FHIR byte and every event again, from the records as stored: proof that both are views of them.

docs/adr/0005-fhir-bytes.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from app.domain.record import Record
from app.endpoints.event import FOREVER, event_row
from app.interop.events import read_events
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.encode import encode
from app.interop.fhir.own import decode, encode_own
from app.interop.fhir.patient import write_patient
from app.interop.fhir.research_study import write_research_study
from app.interop.fhir.research_subject import write_research_subject
from app.interop.fhir.search.extract import extract
from app.interop.fhir.write import write
from app.services.intake.own import in_r4
from app.services.intake.views import views
from app.services.stored import stored_record
from app.storage import studies
from app.storage.records import KnownSubject
from app.storage.search import index
from app.storage.tables import EVENT, RECORD, RECORD_VERSION, RESOURCE, SUBJECT
from app.storage.visibility import AS_WRITTEN, CODED

_EVENT_COLUMNS = [column for column in EVENT.c if column.name != "id"]


@dataclass
class Rebuilt:
    """What was compared, and how much of it was not as stored."""

    resources: int = 0
    events: int = 0
    different: int = 0


def rebuild(connection: Connection, write_back: bool) -> Rebuilt:
    """Compare everything; with `write_back` (under the write lock) put the rebuilt form in place."""
    found = Rebuilt()
    # Events first: the views of a subject are made from them too.
    for version, stored, built in _events(connection):
        found.events += len(built)
        if stored != built:
            found.different += 1
            if write_back:
                _replace_events(connection, version, built)
    for row, body in _resources(connection):
        found.resources += 1
        if bytes(row.body) != body:
            found.different += 1
            if write_back:
                connection.execute(update(RESOURCE).where(RESOURCE.c.id == row.id).values(body=body))
    _compare_index(connection, write_back, found)
    return found


def _compare_index(connection: Connection, write_back: bool, found: Rebuilt) -> None:
    """The search index against the bytes as stored, which were mended before it; a deletion has no values."""
    last = 0
    page = select(*RESOURCE.c["id", "type", "deleted", "release", "body"]).order_by(RESOURCE.c.id).limit(400)
    while rows := connection.execute(page.where(RESOURCE.c.id > last)).all():
        last = rows[-1].id
        stored = index.indexed(connection, [row.id for row in rows])
        for row in rows:
            built = [] if row.deleted else [tuple(value) for value in extract(row.type, _in_r4(row))]
            if stored.get(row.id, []) != built:
                found.different += 1
                if write_back:
                    index.replace(connection, row.id, built)


def _in_r4(row: Any) -> dict[str, Any]:
    """What search reads."""
    return in_r4(decode(bytes(row.body)), row.release)


def _resources(connection: Connection) -> Iterator[tuple[Any, bytes]]:
    """Stored versions of resources, each with the bytes that the records give now; of a study the current one."""
    resources = {study.name: study.resource for study in studies.every(connection)}
    ours = (RESOURCE.c.audience != AS_WRITTEN, RESOURCE.c.deleted == 0)
    for study in studies.every(connection):
        own = (RESOURCE.c.study == study.name, RESOURCE.c.subject.is_(None), RESOURCE.c.record.is_(None))
        rows = connection.execute(select(RESOURCE).where(*own, *ours, RESOURCE.c.seq_to == FOREVER)).all()
        yield from ((row, _encoded(row, [write_research_study(study.name, study.study)])) for row in rows)
    for subject in connection.execute(select(SUBJECT).order_by(SUBJECT.c.id)).all():
        rows = connection.execute(select(RESOURCE).where(RESOURCE.c.subject == subject.id, *ours)).all()
        for row in sorted(rows, key=lambda row: row.id):
            yield row, _encoded(row, _drafts(connection, row, subject, resources[subject.study]))
    yield from _clients(connection)


def _clients(connection: Connection) -> Iterator[tuple[Any, bytes]]:
    """What clients wrote is made from nothing else; of it only id and meta are ours."""
    last = 0
    written = select(RESOURCE).where(RESOURCE.c.audience == AS_WRITTEN, RESOURCE.c.deleted == 0)
    page = written.order_by(RESOURCE.c.id).limit(400)
    while rows := connection.execute(page.where(RESOURCE.c.id > last)).all():
        last = rows[-1].id
        for row in rows:
            yield row, encode_own(decode(bytes(row.body)), row.resource_id, row.version, row.updated)


def _encoded(row: Any, drafts: list[Draft]) -> bytes:
    """The bytes of the draft that has the row's place; none where there is no such draft."""
    draft = next((item for item in drafts if (item.type, item.role) == (row.type, row.role)), None)
    return b"" if draft is None else encode(draft, row.resource_id, row.version, row.updated)


def _drafts(connection: Connection, row: Any, subject: Any, study: str) -> list[Draft]:
    if row.record is None:
        known = KnownSubject(subject.id, subject.number, subject.site, subject.patient, subject.research_subject)
        seen = views(connection, [known], row.seq_from)[subject.id]
        return [write_patient(seen), write_research_subject(seen, study, subject.patient)]
    counted = and_(RECORD_VERSION.c.seq_from <= row.seq_from, RECORD_VERSION.c.seq_to > row.seq_from)
    statement = select(RECORD_VERSION.c.content).where(RECORD_VERSION.c.record == row.record, counted)
    content = connection.execute(statement).scalar_one()
    places = _standing(connection, row.record, row.seq_from)
    context = Context(
        study, subject.patient, subject.research_subject, lambda type_, role: str(places[type_, role].resource_id)
    )
    return write(stored_record(content), context)


def _standing(connection: Connection, record: int, seq: int) -> dict[tuple[str, str], Any]:
    """The resource at each place of a record, (type, role), that counted at `seq`.

    One that was deleted gives way to one that was not, and what sponsors alone see to what a hospital sees.
    """
    counted = (RESOURCE.c.record == record, RESOURCE.c.seq_from <= seq, RESOURCE.c.seq_to > seq)
    columns = RESOURCE.c["type", "role", "resource_id", "version", "audience", "deleted"]
    rows = connection.execute(select(*columns).where(*counted).order_by(RESOURCE.c.id))
    last_counts = sorted(rows, key=lambda row: (row.deleted, row.audience == CODED), reverse=True)
    return {(row.type, row.role): row for row in last_counts}


def _events(connection: Connection) -> Iterator[tuple[Any, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Each record version that ever counted for a subject, its stored events, and those that it gives now."""
    statement = (
        select(RECORD_VERSION, *RECORD.c["study", "key", "site"], SUBJECT.c.seq.label("known"))
        .join_from(RECORD_VERSION, RECORD, RECORD_VERSION.c.record == RECORD.c.id)
        .join(SUBJECT, RECORD_VERSION.c.subject == SUBJECT.c.id)
        .where(RECORD_VERSION.c.seq_from < RECORD_VERSION.c.seq_to)
        .order_by(RECORD_VERSION.c.id)
    )
    zones: dict[str, Any] = {study.name: study.zones for study in studies.every(connection)}
    for version in connection.execute(statement).all():
        record = stored_record(version.content)
        read = read_events(record, zones[version.study].get(version.site))
        common = _common(connection, version, record) if read else {}
        rows = connection.execute(select(*_EVENT_COLUMNS).where(_of(version)).order_by(EVENT.c.id)).mappings()
        yield version, [dict(row) for row in rows], [{**event_row(event), **common} for event in read]


def _of(version: Any) -> ColumnElement[bool]:
    """The condition that an event is of this record version."""
    inside = (EVENT.c.seq_from >= version.seq_from, EVENT.c.seq_from < version.seq_to)
    return and_(EVENT.c.study == version.study, EVENT.c.record == version.key, *inside)


def _common(connection: Connection, version: Any, record: Record) -> dict[str, Any]:
    """What all events of a version share. What waited for its subject counts from the subject on."""
    seq = max(version.seq_from, version.known)
    return {
        "study": version.study,
        "subject": version.subject,
        "record": version.key,
        "version": version.revision if version.version is None else version.version,
        "resource": _leading(connection, version, record, seq),
        "seq_from": seq,
        "seq_to": version.seq_to,
    }


def _leading(connection: Connection, version: Any, record: Record, seq: int) -> str | None:
    """The version of the record's first resource that counted at `seq`; first are those that a hospital sees."""
    shown = _standing(connection, version.record, seq)
    rows = [shown[draft.type, draft.role] for draft in write(record, _ANYBODY)]
    if not rows:
        return None
    row = min(rows, key=lambda row: row.audience == CODED)
    return f"{row.type}/{row.resource_id}/_history/{row.version}"


# Which resources a record has does not depend on whose they are.
_ANYBODY = Context("study", "patient", "research-subject", lambda type_, role: "resource")


def _replace_events(connection: Connection, version: Any, built: list[dict[str, Any]]) -> None:
    connection.execute(delete(EVENT).where(_of(version)))
    if built:
        connection.execute(insert(EVENT), built)
