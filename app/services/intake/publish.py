"""A record's clinical events and FHIR resources, written beside it; what it no longer says is closed.

docs/adr/0005-fhir-bytes.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain.record import Record
from app.endpoints.event import FOREVER, event_row
from app.interop.events import read_events
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.encode import encode
from app.interop.fhir.patient import write_patient
from app.interop.fhir.research_subject import SubjectView, write_research_subject
from app.interop.fhir.search.extract import Value, values
from app.interop.fhir.write import write
from app.services.intake.batch import Batch
from app.services.intake.views import views
from app.storage.documents import Held, held_by_records, held_by_subjects
from app.storage.records import KnownRecord, KnownSubject
from app.storage.tables import EVENT, RESOURCE

Identify = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Publication:
    """A record version that counts from `seq`, and the list that wants to know its resources."""

    known: KnownRecord
    record: Record
    seq: int
    subject: KnownSubject | None
    resources: list[str]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose resources are written: of a record, or of a subject where record is None."""

    subject: int | None
    record: int | None
    seq: int


def publish(batch: Batch, items: list[Publication]) -> None:
    """Write events and resources of record versions; without a subject, withdraw what was there."""
    held = held_by_records(batch.connection, [item.known.id for item in items if item.known.revisions > 1])
    for item in items:
        if item.known.revisions > 1:
            batch.closed_events[item.known.key] = item.seq
        mine = held.get(item.known.id, [])
        subject = item.subject
        if subject is None:
            write_resources(batch, Owner(None, item.known.id, item.seq), [], mine, _no_identity)
            continue
        identify = identifier(batch, mine)
        drafts = write(item.record, Context(batch.study.resource, subject.patient, subject.research_subject, identify))
        references = write_resources(batch, Owner(subject.id, item.known.id, item.seq), drafts, mine, identify)
        item.resources.extend(reference.split("/_history/")[0] for reference in references)
        _write_events(batch, item, subject, references[0] if references else None)


def publish_subjects(batch: Batch, subjects: Iterable[tuple[KnownSubject, int]]) -> dict[int, list[str]]:
    """Write Patient and ResearchSubject of subjects whose records changed: subject id -> references."""
    touched = {subject.id: (subject, seq) for subject, seq in subjects}
    held = held_by_subjects(batch.connection, touched)
    seen = views(batch.connection, [subject for subject, _ in touched.values()])
    return {key: _publish_subject(batch, *pair, seen[key], held.get(key, [])) for key, pair in touched.items()}


def _publish_subject(batch: Batch, subject: KnownSubject, seq: int, seen: SubjectView, held: list[Held]) -> list[str]:
    ids = {"Patient": subject.patient, "ResearchSubject": subject.research_subject}
    drafts = [write_patient(seen), write_research_subject(seen, batch.study.resource, subject.patient)]
    references = write_resources(batch, Owner(subject.id, None, seq), drafts, held, lambda type_, role: ids[type_])
    return [reference.split("/_history/")[0] for reference in references]


def _no_identity(type_: str, role: str) -> str:
    raise LookupError(f"no resource is written here, so {type_} needs no id")


def identifier(batch: Batch, held: list[Held]) -> Identify:
    """Ids of one record's resources: the old one where there is one, else a new random one."""
    ids = {(found.type, found.role): found.id for found in held}

    def identify(type_: str, role: str) -> str:
        if (type_, role) not in ids:
            ids[type_, role] = batch.new_id()
        return ids[type_, role]

    return identify


def write_resources(batch: Batch, owner: Owner, drafts: list[Draft], held: list[Held], identify: Identify) -> list[str]:
    """Next versions of the owner's resources, as versioned references. What is no longer said is deleted."""
    places = {(found.type, found.role): found for found in held}
    references = []
    for draft in drafts:
        old = places.pop((draft.type, draft.role), None)
        references.append(_write(batch, owner, draft, old, identify(draft.type, draft.role)))
    for old in places.values():
        if not old.deleted:
            batch.closed_resources[old.row] = owner.seq
            _row(batch, owner, (old.type, old.id, old.version + 1, old.role), b"", [])
    return references


def _write(batch: Batch, owner: Owner, draft: Draft, old: Held | None, identity: str) -> str:
    if old is not None:
        if not old.deleted and encode(draft, identity, old.version, old.updated) == old.body:
            return f"{draft.type}/{identity}/_history/{old.version}"
        batch.closed_resources[old.row] = owner.seq
    version = 1 if old is None else old.version + 1
    body = encode(draft, identity, version, batch.moment.time)
    _row(batch, owner, (draft.type, identity, version, draft.role), body, values(draft))
    return f"{draft.type}/{identity}/_history/{version}"


def _row(batch: Batch, owner: Owner, names: tuple[str, str, int, str], body: bytes, found_by: list[Value]) -> None:
    type_, identity, version, role = names
    batch.rows[RESOURCE].append(
        {
            "type": type_,
            "resource_id": identity,
            "version": version,
            "study": batch.study.name,
            "subject": owner.subject,
            "record": owner.record,
            "role": role,
            "updated": batch.moment.time,
            "deleted": int(not body),
            "seq_from": owner.seq,
            "seq_to": FOREVER,
            "body": body,
        }
    )
    batch.found_by.append(found_by)


def _write_events(batch: Batch, item: Publication, subject: KnownSubject, reference: str | None) -> None:
    assert item.known.current is not None  # a publication is of a version that counts
    common = {
        "study": batch.study.name,
        "subject": subject.id,
        "record": item.known.key,
        "version": item.known.current.label,
        "resource": reference,
        "seq_from": item.seq,
        "seq_to": FOREVER,
    }
    zone = batch.zones.get(item.record.site)
    batch.rows[EVENT].extend({**event_row(event), **common} for event in read_events(item.record, zone))
