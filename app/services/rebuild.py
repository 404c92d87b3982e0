"""Every FHIR byte and every event again, from the records as stored: proof that both are views of them.

docs/adr/0005-fhir-bytes.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from app.endpoints.event import event_row
from app.interop.events import read_events
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.encode import encode
from app.interop.fhir.patient import write_patient
from app.interop.fhir.research_subject import write_research_subject
from app.interop.fhir.write import write
from app.services.intake.views import stored_record, views
from app.storage import studies
from app.storage.records import KnownSubject
from app.storage.tables import EVENT, RECORD, RECORD_VERSION, RESOURCE, SUBJECT

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
    for row, body in _resources(connection):
        found.resources += 1
        if bytes(row.body) != body:
            found.different += 1
            if write_back:
                connection.execute(update(RESOURCE).where(RESOURCE.c.id == row.id).values(body=body))
    for stored, built in _events(connection):
        found.events += len(built)
        if stored != built:
            found.different += 1
            if write_back:
                _replace_events(connection, stored, built)
    return found


def _resources(connection: Connection) -> Iterator[tuple[Any, bytes]]:
    """Stored versions of resources, each with the bytes that its records give now."""
    for subject_row in connection.execute(select(SUBJECT).order_by(SUBJECT.c.id)):
        subject = KnownSubject(
            subject_row.id, subject_row.number, subject_row.site, subject_row.patient, subject_row.research_subject
        )
        study = studies.find(connection, subject_row.study)
        assert study is not None  # a foreign key
        conditions = (RESOURCE.c.subject == subject.id, RESOURCE.c.deleted == 0)
        rows = connection.execute(select(RESOURCE).where(*conditions).order_by(RESOURCE.c.id)).all()
        for row in rows:
            drafts = _drafts(connection, row, subject, study.resource)
            draft = next((item for item in drafts if (item.type, item.role) == (row.type, row.role)), None)
            yield row, b"" if draft is None else encode(draft, row.resource_id, row.version, row.updated)


def _drafts(connection: Connection, row: Any, subject: KnownSubject, study: str) -> list[Draft]:
    if row.record is None:
        seen = views(connection, [subject], row.seq_from)[subject.id]
        return [write_patient(seen), write_research_subject(seen, study, subject.patient)]
    counted = and_(RECORD_VERSION.c.seq_from <= row.seq_from, RECORD_VERSION.c.seq_to > row.seq_from)
    statement = select(RECORD_VERSION.c.content).where(RECORD_VERSION.c.record == row.record, counted)
    content = connection.execute(statement).scalar_one()
    ids = {
        (other.type, other.role): other.resource_id
        for other in connection.execute(
            select(*RESOURCE.c["type", "role", "resource_id"]).where(RESOURCE.c.record == row.record)
        )
    }
    context = Context(study, subject.patient, subject.research_subject, lambda type_, role: ids[type_, role])
    return write(stored_record(content), context)


def _events(connection: Connection) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Stored events of each record version that ever counted, beside those that it gives now."""
    statement = (
        select(*RECORD.c["study", "key", "site"], *RECORD_VERSION.c["content", "seq_from", "seq_to"])
        .join_from(RECORD, RECORD_VERSION)
        .where(RECORD_VERSION.c.seq_from < RECORD_VERSION.c.seq_to, RECORD.c.subject.is_not(None))
        .order_by(RECORD_VERSION.c.id)
    )
    zones: dict[str, Any] = {study.name: study.zones for study in studies.every(connection)}
    for version in connection.execute(statement).all():
        stored = _stored_events(connection, version)
        # A version that was corrected while it waited for its subject never had events.
        if not stored and version.seq_to < _first_seq(connection, version):
            continue
        common = {name: stored[0][name] for name in _COMMON} if stored else {}
        read = read_events(stored_record(version.content), zones[version.study].get(version.site))
        yield stored, [{**event_row(event), **common} for event in read]


_COMMON = ("study", "subject", "record", "version", "resource", "seq_from", "seq_to")


def _stored_events(connection: Connection, version: Any) -> list[dict[str, Any]]:
    inside = and_(EVENT.c.seq_from >= version.seq_from, EVENT.c.seq_from < version.seq_to)
    statement = select(*_EVENT_COLUMNS).where(EVENT.c.study == version.study, EVENT.c.record == version.key, inside)
    return [dict(row) for row in connection.execute(statement.order_by(EVENT.c.id)).mappings()]


def _first_seq(connection: Connection, version: Any) -> int:
    """The `seq` at which the record's subject became known."""
    statement = select(SUBJECT.c.seq).join(RECORD, RECORD.c.subject == SUBJECT.c.id).where(RECORD.c.key == version.key)
    return int(connection.execute(statement.where(RECORD.c.study == version.study)).scalar_one())


def _replace_events(connection: Connection, stored: list[dict[str, Any]], built: list[dict[str, Any]]) -> None:
    if stored:
        first = stored[0]
        same = and_(EVENT.c.record == first["record"], EVENT.c.study == first["study"])
        connection.execute(delete(EVENT).where(same, EVENT.c.seq_from == first["seq_from"]))
    if built:
        connection.execute(insert(EVENT), built)
