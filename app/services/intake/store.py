"""The transaction of intake: decide, keep, publish, answer.

docs/adr/0001-acknowledged-means-kept.md
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.interop.reading import Unused
from app.services.intake.batch import Batch
from app.services.intake.prepare import Checked, Prepared, Refused, Unassigned
from app.services.intake.receipt import Line, receipt
from app.services.intake.submission import NO_CONTEXT, Context
from app.services.intake.take import Take
from app.storage import counter, inbox, studies
from app.storage.counter import Moment
from app.storage.records import add, load_records, load_subjects
from app.storage.studies import StoredStudy
from app.storage.tables import INBOX, QUARANTINE


@dataclass(frozen=True, slots=True)
class Payload:
    """What arrived, checked as far as that needs no store; when, and where ids come from.

    fault: why it could not be read as a whole; items then is one refusal of all of it.
    """

    study: str
    body: bytes
    media_type: str
    items: Sequence[Checked]
    atomic: bool
    actor: str
    time: datetime
    new_id: Callable[[], str]
    context: Context = NO_CONTEXT
    unused: tuple[Unused, ...] = ()
    dry_run: bool = False
    fault: Fault | None = None

    @property
    def alone(self) -> bool:
        """Whether it may have to be undone, so that nothing is taken together with it."""
        return self.atomic or self.dry_run

    @property
    def digest(self) -> str:
        """SHA-256 of what arrived and of what decides how it is read."""
        context = self.context.as_text()
        before = context.encode() + b"\n" if context else b""
        return hashlib.sha256(before + self.body).hexdigest()


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

    def __init__(self, connection: Connection, payloads: list[Payload]) -> None:
        self._connection = connection
        self._payloads = payloads
        self._study = payloads[0].study
        self._moment = counter.lock(connection, max(payload.time for payload in payloads))

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
        lines = self._take(study, inbox_ids)
        self._quarantine(inbox_ids, lines)
        answers = [
            receipt(identifier, found, payload.unused, dry_run=payload.dry_run)
            for identifier, found, payload in zip(inbox_ids, lines, self._payloads, strict=True)
        ]
        inbox.write_receipts(self._connection, {answer["receipt"]: json.dumps(answer) for answer in reversed(answers)})
        return answers

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

    def _quarantine(self, inbox_ids: list[str], lines: list[list[Line]]) -> None:
        """Keep what was refused; where a good record of the same key came after it, as cleared."""
        good: dict[str, tuple[int, int]] = {}
        refused: list[tuple[int, Line, Checked]] = []
        for number, (payload, found) in enumerate(zip(self._payloads, lines, strict=True)):
            items = {item.index: item for item in payload.items}
            for line in found:
                item = items[line.index]
                if line.outcome in ("rejected", "held"):
                    refused.append((number, line, item))
                elif item.key is not None:
                    good[item.key] = (number, line.index)
        rows = {}
        for number, line, item in refused:
            row = _quarantine_row(self._study, inbox_ids[number], self._moment, line, item)
            if good.get(row["key"] or "", (-1, -1)) > (number, line.index):
                row["cleared"] = self._moment.seq
            rows[row["inbox"], line.index] = row
        kept = inbox.quarantined(self._connection, {place[0] for place in rows})
        add(self._connection, QUARANTINE, [row for place, row in rows.items() if place not in kept])

    def _take(self, study: StoredStudy, inbox_ids: list[str]) -> list[list[Line]]:
        """The lines of each payload; those of an atomic payload that cannot be stored whole are all refused."""
        items = [(identifier, payload.items) for identifier, payload in zip(inbox_ids, self._payloads, strict=True)]
        taken = Take(self._batch(study), _nobody)
        first = self._payloads[0]
        if not first.atomic:
            return taken.all(items)
        savepoint = self._connection.begin_nested()
        lines = taken.all(items)[0]
        rejected = [line for line in lines if line.outcome == "rejected"]
        if not rejected:
            savepoint.commit()
            return [lines]
        savepoint.rollback()
        return [_none_stored(first, rejected)]

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


def _nobody(item: Unassigned) -> str | None:
    """No number of a patient is linked to a subject yet."""
    return None


def _none_stored(payload: Payload, faulty: list[Line]) -> list[Line]:
    """The lines of an atomic payload of which some record was refused."""
    places = ", ".join(f"records[{line.index}]" for line in faulty[:10])
    message = f"not stored: the payload is atomic and {places} was rejected"
    refused = {line.index for line in faulty}
    others = [item.index for item in payload.items if item.index not in refused]
    return faulty + [
        Line(index, "rejected", issues=(Issue(f"records[{index}]", "incomplete", message),)) for index in others
    ]


def _quarantine_row(study: str, identifier: str, moment: Moment, line: Line, item: Checked) -> dict[str, Any]:
    return {
        # Sorts by arrival, which the sequence does not tell: what is refused gets no number.
        "id": f"{re.sub('[-:]', '', moment.time)}-{identifier}-{line.index:05d}",
        "study": study,
        "inbox": identifier,
        "position": line.index,
        "received": moment.time,
        "key": item.key,
        "type": item.type,
        "site": item.site,
        "state": "held" if line.outcome == "held" else "refused",
        "place": item.place[:200],
        "issues": json.dumps([issue.as_json() for issue in line.issues]),
        "payload": item.text,
        "cleared": None,
    }
