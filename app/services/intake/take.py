"""The records of one or several payloads, taken in their order: decided, versioned, handed on to be published.

docs/adr/0002-versions-and-seq.md
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.domain.errors import Issue
from app.domain.record import Record
from app.endpoints.event import FOREVER
from app.interop.fhir.own import Own
from app.interop.reading import PatientNumber
from app.services.identity.numbers import Numbers
from app.services.identity.resolve import Number
from app.services.intake.batch import Batch
from app.services.intake.decide import Decision, as_written, decide
from app.services.intake.facts import TakeFacts
from app.services.intake.lines import conflict, line_of, not_linked, number_of, recall, site_issues, undeclared_site
from app.services.intake.prepare import NOT_AS_FHIR, Checked, Prepared, Refused, Settled, Stated, Unassigned, rank
from app.services.intake.publish import Publication, publish, publish_subjects
from app.services.intake.receipt import Line
from app.services.intake.views import is_viewed
from app.services.stored import stored_record
from app.storage import patients, studies
from app.storage.identity import IDENTITY
from app.storage.records import KnownRecord, KnownSubject, KnownVersion, assign, load_subjects, waiting
from app.storage.tables import RECORD, RECORD_VERSION, SUBJECT

Decide = Callable[[KnownRecord | None, Prepared], Decision]


def as_it_came(known: KnownRecord | None, item: Prepared) -> Decision:
    """The decision on a record that has just arrived."""
    return decide(known, item.record, item.hash, redriven=item.redriven)


class Take:
    """Payloads of one study on their way through the store, written set by set."""

    def __init__(self, batch: Batch, decided: Decide = as_it_came) -> None:
        self._batch = batch
        self._decide = decided
        self._numbers = Numbers(batch.connection, batch.study)
        self._facts = TakeFacts(batch, self._numbers)
        self._came_under: dict[int, dict[str, str | None] | None] = {}
        self._new_subjects: set[str] = set()
        self._unread = False
        self._inbox = ""
        self._lines: list[Line] = []
        self._publications: list[Publication] = []
        self._touched: dict[str, int] = {}
        self._assignments: list[KnownRecord] = []
        self._subject_lines: dict[str, list[Line]] = {}
        self._subject_own: dict[str, tuple[Own, ...]] = {}
        self._waiting: dict[str, tuple[Line, Publication]] = {}
        self._waiting_lines: dict[str, Line] = {}
        self._pending: dict[str, list[dict[str, object]]] = {}
        self._unchanged: list[tuple[Line, KnownRecord]] = []

    def all(self, payloads: list[tuple[str, Sequence[Checked]]]) -> list[list[Line]]:
        """Take every record of (inbox id, records) pairs, then write what is left; the lines of each payload."""
        answers = []
        for self._inbox, items in payloads:
            self._lines = []
            answers.append(self._lines)
            for item in sorted(items, key=rank):
                self._any(item)
        self._flush()
        patients.came_under(self._batch.connection, self._batch.study.name, self._came_under)
        recall(self._batch.connection, self._unchanged)
        return answers

    def touched(self) -> set[Number]:
        """Numbers of patients of which something else is known now."""
        rows = patients.numbers_of_records(self._batch.connection, self._batch.study.name, self._new_subjects)
        return self._facts.touched | {self._numbers.normal(row.site, PatientNumber(row.mrn)) for row in rows}

    def _any(self, item: Checked) -> None:
        """Take an item, refuse it or hold it."""
        if isinstance(item, Stated):
            issues = undeclared_site(self._batch, item)
            self._lines.append(line_of(item, "rejected", issues=tuple(issues)) if issues else self._state(item))
            return
        if isinstance(item, Unassigned):
            found = self._assigned(item)
            if found is None:
                return
            item = found
        if isinstance(item, Refused):
            self._refuse(item, item.issues)
        elif isinstance(item, Settled):
            self._lines.append(item.line)
        else:
            self._one(item)

    def _state(self, item: Stated) -> Line:
        outcome, version = self._facts.take(item, self._inbox)
        line = line_of(item, outcome if outcome != "late" else "accepted", item.fact.id, version)
        line.superseded = outcome == "late"
        if outcome == "conflict":
            line.outcome, line.issues = "rejected", (conflict(item),)
        return line

    def _assigned(self, item: Unassigned) -> Prepared | Refused | None:
        """The record as its subject's; None where that is not known, so that it is held."""
        batch = self._batch
        if self._unread:  # subjects of this payload may bear the number
            self._flush()
            self._numbers.forget()
        issues = tuple(undeclared_site(self._batch, item))
        found = self._numbers.whose(item.site, item.patient)
        if issues or found.subject is None:
            outcome = "rejected" if issues else "held"
            self._lines.append(line_of(item, outcome, issues=issues or (not_linked(item, found),)))
            return None
        if found.subject not in batch.subjects:
            batch.subjects |= load_subjects(batch.connection, batch.study.name, [found.subject])
        return item.assigned(found.subject)

    def _one(self, item: Prepared) -> None:
        """Take one record, or refuse it."""
        batch, record = self._batch, item.record
        if record.key in batch.touched:
            self._flush()
        known = batch.records.get(record.key)
        decision = as_written(known)
        if item.fhir is NOT_AS_FHIR:
            decision = self._decide(known, item)
        issues = site_issues(self._batch, item) + ([conflict(item)] if decision == "conflict" else [])
        if issues:
            self._refuse(item, tuple(issues))
        elif decision == "unchanged" and known is not None and known.current is not None:
            first = known.versions[item.hash]
            line = line_of(item, "unchanged", record.id, first.label)
            line.waiting, line.superseded = known.subject is None, first is not known.current
            self._lines.append(line)
            self._unchanged.append((line, known))
            if item.patient is not None:
                self._came_under[known.id] = number_of(item)
        else:
            self._keep(item, known, decision)

    def _refuse(self, item: Prepared | Refused, issues: tuple[Issue, ...]) -> None:
        self._lines.append(line_of(item, "rejected", issues=issues))

    def _keep(self, item: Prepared, known: KnownRecord | None, decision: Decision) -> None:
        """Store a version; publish it when it counts."""
        record = item.record
        subject = self._subject(item)
        seq = self._batch.next_seq()
        if known is None:
            known = self._new_record(item, seq, subject)
        old = known.current
        version = self._add_version(item, known, subject, seq, counts=decision != "late")
        outcome = "amended" if decision == "amended" else "accepted"
        line = line_of(item, outcome, record.id, version.label)
        line.superseded = decision == "late"
        self._lines.append(line)
        self._batch.note(
            seq, decision, record.key, subject.id if subject else None, (old.hash if old else None, item.hash)
        )
        if record.type == "subject":
            self._new_subjects.add(record.key)
            self._unread = True
        if decision != "late":
            if item.patient is not None or decision == "amended":
                self._came_under[known.id] = number_of(item)
            self._move(known, record.subject, subject, seq)
            fhir = item.fhir
            if record.type == "subject":  # it is told by the subject's views
                self._subject_own[record.subject] = fhir.own
                fhir = replace(fhir, own=())
            self._publish(Publication(known, record, seq, subject, line.resources, fhir), line)

    def _subject(self, item: Prepared) -> KnownSubject | None:
        """The record's subject; a subject record makes one that was not known."""
        batch, record = self._batch, item.record
        subject = batch.subjects.get(record.subject)
        if subject is not None or record.type != "subject":
            return subject
        seq = batch.moment.seq + 1
        ids = (item.fhir.patient or batch.new_id(), item.fhir.research_subject or batch.new_id())
        subject = KnownSubject(seq, record.subject, record.site, *ids)
        batch.subjects[record.subject] = subject
        names = {"number": subject.number, "site": subject.site, "patient": subject.patient}
        row = {"id": seq, "study": batch.study.name, **names, "research_subject": subject.research_subject, "seq": seq}
        batch.rows[SUBJECT].append(row)
        self._release(subject, seq)
        return subject

    def _release(self, subject: KnownSubject, seq: int) -> None:
        """Publish what waited for this subject, in the store or in this very payload."""
        batch = self._batch
        if self._assignments:  # else a record that has just moved to another subject would still be found waiting
            self._flush()
        for known, content in waiting(batch.connection, batch.study.name, subject.site, subject.number):
            if known.key not in self._waiting:
                line = self._waiting_lines.get(known.key, Line(0, "accepted"))
                batch.records.setdefault(known.key, known)
                self._join(batch.records[known.key], stored_record(content), subject, seq, line)
        here = [pair for pair in self._waiting.values() if pair[1].record.subject == subject.number]
        for line, publication in here:
            if publication.record.site == subject.site:
                self._publications.remove(publication)
                self._join(publication.known, publication.record, subject, seq, line)

    def _join(self, known: KnownRecord, record: Record, subject: KnownSubject, seq: int, line: Line) -> None:
        """A record that waited is its subject's from now on."""
        self._batch.touched.add(known.key)
        self._waiting.pop(known.key, None)
        line.waiting = False
        known.subject = subject.id
        rows = self._pending.get(known.key, [])
        for row in rows:
            row["subject"] = subject.id
        if len(rows) < 2:  # the record itself was stored before
            self._assignments.append(known)
        self._publish(Publication(known, record, seq, subject, line.resources), line)

    def _new_record(self, item: Prepared, seq: int, subject: KnownSubject | None) -> KnownRecord:
        record, batch = item.record, self._batch
        known = KnownRecord(seq, record.key, record.type, record.subject, subject.id if subject else None)
        batch.records[record.key] = known
        names = {"type": record.type, "site": record.site, "source": record.source, "source_id": record.id}
        row: dict[str, object] = {"id": seq, "study": batch.study.name, "key": record.key, **names}
        row |= {"subject_number": record.subject, "subject": known.subject}
        batch.rows[RECORD].append(row)
        self._pending[record.key] = [row]
        return known

    def _add_version(
        self, item: Prepared, known: KnownRecord, subject: KnownSubject | None, seq: int, *, counts: bool
    ) -> KnownVersion:
        batch, order = self._batch, item.record.order
        known.revisions += 1
        version = known.versions[item.hash] = KnownVersion(seq, known.revisions, order, item.hash, item.record.status)
        batch.touched.add(known.key)
        if counts and known.current is not None:
            batch.closed_versions[known.current.id] = seq
        if counts:
            known.current = version
        row: dict[str, object] = {"id": seq, "record": known.id, "revision": version.revision, "version": order.version}
        row |= {"type": known.type, "subject": subject.id if subject else None}
        row |= {"recorded": order.recorded, "status": version.status, "hash": item.hash, "content": item.content}
        row |= {"seq_from": seq, "seq_to": FOREVER if counts else seq, "inbox": self._inbox, "position": item.index}
        batch.rows[RECORD_VERSION].append(row)
        self._pending.setdefault(known.key, []).append(row)
        if item.identity is not None:
            identity = {"record_version": seq, "subject_number": item.record.subject, **item.identity}
            batch.rows[IDENTITY].append(identity)
        return version

    def _move(self, known: KnownRecord, number: str, subject: KnownSubject | None, seq: int) -> None:
        """A correction may say that a record is another subject's."""
        if known.subject_number == number:
            return
        left = studies.subject(self._batch.connection, self._batch.study.name, known.subject_number)
        if left is not None:
            self._batch.subjects[left.number] = left
            self._touched[left.number] = seq
        known.subject_number, known.subject = number, subject.id if subject else None
        self._assignments.append(known)

    def _publish(self, publication: Publication, line: Line) -> None:
        known, subject = publication.known, publication.subject
        self._publications.append(publication)
        if subject is None:
            line.waiting = True
            self._waiting[known.key] = (line, publication)
            self._waiting_lines[known.key] = line
            return
        if is_viewed(publication.record, known.revisions):
            self._touched[subject.number] = publication.seq
        if known.type == "subject":
            self._subject_lines.setdefault(subject.number, []).append(line)

    def _flush(self) -> None:
        """Write what is gathered; the views of subjects come last, as they read what was written."""
        batch = self._batch
        publish(batch, self._publications)
        batch.write()
        for known in self._assignments:
            assign(batch.connection, known)
        touched = [(batch.subjects[number], seq) for number, seq in self._touched.items()]
        references = publish_subjects(batch, touched, self._subject_own)
        batch.write()
        self._subject_own.clear()
        for subject, _ in touched:
            for line in self._subject_lines.pop(subject.number, []):
                line.resources.extend(references[subject.id])
        self._publications, self._touched, self._assignments = [], {}, []
        self._waiting.clear()
        self._pending.clear()
        self._unread = False
