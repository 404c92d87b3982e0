"""The transaction of intake: decide, keep, publish, answer.

docs/adr/0001-acknowledged-means-kept.md
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain, groupby
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.services.arriving.arrange import Arranged, arrange, finish, waiting_for_people
from app.services.arriving.read import arrival_of, waiting_for_numbers
from app.services.identity.resolve import Number
from app.services.intake.batch import Batch
from app.services.intake.deliveries import count, declared
from app.services.intake.payload import Delivered, Payload
from app.services.intake.prepare import Prepared, Refused
from app.services.intake.receipt import Line, receipt
from app.services.intake.rows import Rows
from app.services.intake.sentences import TOGETHER
from app.services.intake.set_aside import set_aside
from app.services.intake.settle import settle
from app.services.intake.submission import context_of
from app.services.intake.take import Take
from app.storage import counter, inbox, patients, quarantine, studies
from app.storage.records import add, load_records, load_subjects
from app.storage.studies import StoredStudy
from app.storage.tables import INBOX


def store(connection: Connection, payloads: list[Payload]) -> list[dict[str, Any]]:
    """Store payloads in their order and answer each with its receipt; runs under the write lock.

    Payloads that came at once are taken together, so that they share statements as well as the commit; an atomic one
    stands alone, because it may have to be undone.
    """
    answers: list[dict[str, Any]] = []
    # Neighbours of one study and actor go together; the own place of what may have to be undone keeps it apart.
    runs = groupby(enumerate(payloads), key=lambda at: (at[1].study, at[1].actor, at[0] if at[1].alone else -1))
    for _, run in runs:
        answers += _Unit(connection, [payload for _, payload in run]).store()
    return answers


class _Unit:
    """Payloads of one study that are stored together."""

    def __init__(self, connection: Connection, payloads: list[Payload], *, again: bool = False) -> None:
        self._connection = connection
        self._again = again
        self._payloads = payloads
        self._study = payloads[0].study
        self._moment = counter.lock(connection, max(payload.time for payload in payloads))
        self._touched: set[Number] = set()

    def store(self) -> list[dict[str, Any]]:
        """Keep, take, quarantine, answer."""
        study = studies.find(self._connection, self._study)
        if study is None:
            raise Fault(Category.NOT_FOUND, "no such study")
        if not self._payloads[0].dry_run:
            return self._keep(study)
        savepoint = self._connection.begin_nested()
        answers = self._keep(study)
        savepoint.rollback()
        return answers

    def _keep(self, study: StoredStudy) -> list[dict[str, Any]]:
        inbox_ids = self._keep_payloads()
        arranged = self._arrange(study)
        lines = self._take(study, inbox_ids)
        delivered = [
            Delivered(payload, identifier, found)
            for payload, identifier, found in zip(self._payloads, inbox_ids, lines, strict=True)
        ]
        waited = self._waiting(study, arranged)
        set_aside(self._connection, self._study, self._moment, delivered)
        if self._touched and patients.any_came_under_one(self._connection, self._study):
            settle(self._connection, study, self._touched, lambda: self._another_batch(study))
        if not self._again:
            count(self._connection, delivered, self._moment.time, study.zones)
        self._finish(study, delivered, arranged, waited)
        for line in chain.from_iterable(lines):
            line.site = declared(line.site, study.zones)
        answers = [
            receipt(identifier, found, payload.unused, dry_run=payload.dry_run)
            for identifier, found, payload in zip(inbox_ids, lines, self._payloads, strict=True)
        ]
        inbox.write_receipts(self._connection, {answer["receipt"]: json.dumps(answer) for answer in reversed(answers)})
        return answers

    def _arrange(self, study: StoredStudy) -> Arranged | None:
        """Make items of what arrived as FHIR, which always stands alone."""
        payload = self._payloads[0]
        if payload.arrival is None:
            return None
        found = arrange(self._connection, study, payload.arrival)
        self._payloads = [replace(payload, items=found.items, unused=tuple(found.unused))]
        return found

    def _finish(
        self,
        study: StoredStudy,
        delivered: list[Delivered],
        arranged: Arranged | None,
        waited: dict[str, dict[int, str]],
    ) -> None:
        """Keep what is in no record, and take what waited for it; nothing where an atomic payload was refused."""
        payload = self._payloads[0]
        refused = {line.index for line in delivered[0].lines if line.outcome == "rejected"}
        if payload.atomic and refused:
            return
        if arranged is not None:
            moment = counter.lock(self._connection, payload.time)
            rows = Rows(self._connection, payload.actor, payload.new_id, moment)
            finish(rows, study.name, delivered[0].inbox, arranged, refused)
        if not payload.dry_run:
            for identifier, held in sorted((self._waiting(study, arranged) | waited).items()):
                self._take_again(identifier, held)

    def _waiting(self, study: StoredStudy, arranged: Arranged | None) -> dict[str, dict[int, str]]:
        """By inbox id, what is held of the payloads that wait for what is known now: position -> item of quarantine."""
        waited = waiting_for_numbers(self._connection, study, self._touched, self._subjects_told())
        if arranged is not None:
            waited += waiting_for_people(self._connection, study.name, arranged)
        found: dict[str, dict[int, str]] = {}
        for (identifier, position), item in quarantine.held_of(self._connection, waited).items():
            found.setdefault(identifier, {})[position] = item
        return found

    def _subjects_told(self) -> set[str]:
        items = [item for payload in self._payloads for item in payload.items]
        return {item.record.subject for item in items if isinstance(item, Prepared) and item.type == "subject"}

    def _take_again(self, inbox_id: str, held: dict[int, str]) -> None:
        """A payload of which something was held until now; the rest of it was decided when it came."""
        row, first = inbox.payload(self._connection, self._study, inbox_id), self._payloads[0]
        context = context_of(row.context)
        arrival = arrival_of(self._connection, self._study, row.payload, row.media_type, context)
        still = quarantine.held_of(self._connection, [inbox_id])
        arrival.held, arrival.passed = held, frozenset(at for at in held if (inbox_id, at) not in still)
        payload = Payload(self._study, row.payload, row.media_type, [], False, first.actor, first.time, first.new_id)
        _Unit(self._connection, [replace(payload, context=context, arrival=arrival)], again=True).store()

    def _keep_payloads(self) -> list[str]:
        """The inbox id of each payload; an identical one that came before has one already."""
        digests = [payload.digest for payload in self._payloads]
        known = inbox.seen(self._connection, self._study, set(digests))
        rows = []
        for digest, payload in zip(digests, self._payloads, strict=True):
            if digest not in known:
                known[digest] = payload.new_id()
                row = {"id": known[digest], "study": self._study, "digest": digest, "media_type": payload.media_type}
                row["context"] = payload.context.as_text()
                rows.append({**row, "received": self._moment.time, "payload": payload.body, "receipt": ""})
        add(self._connection, INBOX, rows)
        return [known[digest] for digest in digests]

    def _take(self, study: StoredStudy, inbox_ids: list[str]) -> list[list[Line]]:
        """The lines of each payload; those of an atomic payload that cannot be stored whole are all refused."""
        items = [(identifier, payload.items) for identifier, payload in zip(inbox_ids, self._payloads, strict=True)]
        taken = Take(self._batch(study))
        first = self._payloads[0]
        savepoint = self._connection.begin_nested() if first.atomic else None
        lines = taken.all(items)
        if savepoint is not None:
            rejected = [line for line in lines[0] if line.outcome == "rejected"]
            if rejected:
                savepoint.rollback()
                return [none_stored(first, rejected)]
            savepoint.commit()
        self._touched = taken.touched()
        return lines

    def _another_batch(self, study: StoredStudy) -> Batch:
        """A further unit of work on the same study, in the same transaction."""
        first = self._payloads[0]
        moment = counter.lock(self._connection, first.time)
        return Batch(self._connection, first.actor, first.new_id, moment, study=study, records={}, subjects={})

    def _batch(self, study: StoredStudy) -> Batch:
        items = [item for payload in self._payloads for item in payload.items]
        subjects = {item.record.subject for item in items if isinstance(item, Prepared)}
        keys = {item.key for item in items if not isinstance(item, Refused)}
        first = self._payloads[0]
        return Batch(
            self._connection,
            first.actor,
            first.new_id,
            self._moment,
            study=study,
            records=load_records(self._connection, study.name, keys),
            subjects=load_subjects(self._connection, study.name, subjects),
        )


def none_stored(payload: Payload, faulty: list[Line]) -> list[Line]:
    """The lines of an atomic payload of which some record was refused."""
    places = ", ".join(f"records[{line.index}]" for line in faulty[:10])
    message = f"nothing is wrong with this record itself: the payload is atomic, and refused was {places}"
    refused = {line.index for line in faulty}
    others = [item.index for item in payload.items if item.index not in refused]
    return faulty + [
        Line(index, "rejected", issues=(Issue(f"records[{index}]", TOGETHER, message),)) for index in others
    ]
