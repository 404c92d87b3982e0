"""A record's clinical events and FHIR resources, written beside it; what it no longer says is closed.

docs/adr/0005-fhir-bytes.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.record import Record
from app.endpoints.event import FOREVER, event_row
from app.interop.events import read_events
from app.interop.fhir.draft import Context
from app.interop.fhir.own import Own
from app.interop.fhir.patient import write_patient
from app.interop.fhir.research_subject import SubjectView, write_research_subject
from app.interop.fhir.write import write
from app.services.intake.batch import Batch
from app.services.intake.own import own_of
from app.services.intake.places import Identify, Owner, write_resources
from app.services.intake.prepare import NOT_AS_FHIR, AsFhir
from app.services.intake.views import views
from app.storage.held import Held, held_by_names, held_by_records, held_by_subjects
from app.storage.records import KnownRecord, KnownSubject
from app.storage.tables import EVENT
from app.storage.visibility import AS_WRITTEN, CODED, EVERYBODY


@dataclass(frozen=True, slots=True)
class Publication:
    """A record version that counts from `seq`, and the list that wants to know its resources."""

    known: KnownRecord
    record: Record
    seq: int
    subject: KnownSubject | None
    resources: list[str]
    fhir: AsFhir = NOT_AS_FHIR


def publish(batch: Batch, items: list[Publication]) -> None:
    """Write events and resources of record versions; without a subject, withdraw what was there."""
    held = held_by_records(batch.connection, [item.known.id for item in items if item.known.revisions > 1])
    named = held_by_names(batch.connection, {(own.type, own.id) for item in items for own in item.fhir.own})
    for item in items:
        if item.known.revisions > 1:
            batch.closed_events[item.known.key] = item.seq
        mine = {old.row: old for old in held.get(item.known.id, [])}
        for own in item.fhir.own:
            mine |= {old.row: old for old in named.get((own.type, own.id), [])}
        _publish(batch, item, list(mine.values()))


def _publish(batch: Batch, item: Publication, held: list[Held]) -> None:
    subject, study, fhir = item.subject, batch.study.name, item.fhir
    standing = [old for old in held if (old.type, old.id) not in fhir.kept or _is_among(old, fhir.own)]
    if subject is None or fhir.withdrawn:
        owner = Owner(study, subject.id if subject else None, item.known.id, item.seq)
        write_resources(batch, owner, [], standing, _no_identity)
        return
    identify = identifier(batch, standing, fhir.own)
    drafts = write(item.record, Context(batch.study.resource, subject.patient, subject.research_subject, identify))
    owner = Owner(study, subject.id, item.known.id, item.seq, CODED if fhir.own else EVERYBODY)
    references = write_resources(batch, owner, drafts, standing, identify, fhir.own)
    item.resources.extend(reference.split("/_history/")[0] for reference in references)
    _write_events(batch, item, subject, references[0] if references else None)


def _is_among(old: Held, own: tuple[Own, ...]) -> bool:
    return any((old.type, old.id) == (item.type, item.id) for item in own)


def publish_subjects(
    batch: Batch, subjects: Iterable[tuple[KnownSubject, int]], own: Mapping[str, tuple[Own, ...]]
) -> dict[int, list[str]]:
    """Write Patient and ResearchSubject of subjects whose records changed: subject id -> references.

    own: by subject number, what a client has just written of them itself.
    """
    touched = {subject.id: (subject, seq) for subject, seq in subjects}
    held = held_by_subjects(batch.connection, touched)
    seen = views(batch.connection, [subject for subject, _ in touched.values()])
    named = held_by_names(batch.connection, {(item.type, item.id) for items in own.values() for item in items})
    found = {}
    for key, (subject, seq) in touched.items():
        written = own.get(subject.number, ())
        mine = {old.row: old for old in held.get(key, [])}
        for item in written:
            mine |= {old.row: old for old in named.get((item.type, item.id), [])}
        found[key] = _publish_subject(batch, subject, seq, seen[key], _Standing(list(mine.values()), written))
    return found


class _Standing:
    """What stands of a subject's views: versions in the store, and what clients wrote, the newest of each."""

    def __init__(self, held: list[Held], own: tuple[Own, ...]) -> None:
        self.held = held
        stored = [own_of(item) for item in held if item.audience == AS_WRITTEN and not item.deleted]
        self.own = {(item.type, item.id): item for item in (*stored, *own)}


def _publish_subject(
    batch: Batch, subject: KnownSubject, seq: int, seen: SubjectView, standing: _Standing
) -> list[str]:
    ids = {"Patient": subject.patient, "ResearchSubject": subject.research_subject}
    drafts = [write_patient(seen), write_research_subject(seen, batch.study.resource, subject.patient)]
    audience = CODED if standing.own else EVERYBODY
    owner = Owner(batch.study.name, subject.id, None, seq, audience)
    references = write_resources(
        batch, owner, drafts, standing.held, lambda type_, role: ids[type_], standing.own.values()
    )
    return [reference.split("/_history/")[0] for reference in references]


def _no_identity(type_: str, role: str) -> str:
    raise LookupError(f"no resource is written here, so {type_} needs no id")


def identifier(batch: Batch, held: list[Held], own: Iterable[Own]) -> Identify:
    """Ids of one record's resources: the client's, else the old one, else a new random one."""
    written = {(item.type, item.role): item.id for item in own}
    ids = {(found.type, found.role): found.id for found in held if found.id not in written.values()}
    ids |= written

    def identify(type_: str, role: str) -> str:
        if (type_, role) not in ids:
            ids[type_, role] = batch.new_id()
        return ids[type_, role]

    return identify


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
