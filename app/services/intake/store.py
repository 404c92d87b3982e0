"""The transaction of intake: decide, keep, publish, answer.

docs/adr/0001-acknowledged-means-kept.md
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.services.intake.batch import Batch
from app.services.intake.prepare import Prepared, Refused
from app.services.intake.receipt import Line, receipt
from app.services.intake.take import Take
from app.storage import counter, inbox, studies
from app.storage.counter import Moment
from app.storage.records import add, load_records, load_subjects
from app.storage.tables import QUARANTINE


@dataclass(frozen=True, slots=True)
class Payload:
    """What arrived, checked as far as that needs no store."""

    study: str
    body: bytes
    media_type: str
    items: list[Prepared | Refused]
    atomic: bool
    actor: str


def store(connection: Connection, payload: Payload, time: Any, new_id: Callable[[], str]) -> dict[str, Any]:
    """Store a payload and answer with its receipt; runs under the write lock."""
    moment = counter.lock(connection, time)
    study = studies.find(connection, payload.study)
    if study is None:
        raise Fault(Category.NOT_FOUND, "no such study")
    identifier = _keep_payload(connection, payload, moment, new_id)
    taken = Take(_batch(connection, study, payload, moment, new_id), identifier)
    savepoint = connection.begin_nested()
    taken.all(payload.items)
    rejected = [line for line in taken.lines if line.outcome == "rejected"]
    if payload.atomic and rejected:
        savepoint.rollback()
        rejected = taken.lines = _none_stored(payload, rejected)
    else:
        savepoint.commit()
    _quarantine(connection, payload, identifier, moment, rejected)
    answer = receipt(identifier, taken.lines)
    inbox.write_receipt(connection, identifier, json.dumps(answer))
    return answer


def _keep_payload(connection: Connection, payload: Payload, moment: Moment, new_id: Callable[[], str]) -> str:
    digest = hashlib.sha256(payload.body).hexdigest()
    seen = inbox.seen(connection, payload.study, digest)
    if seen is not None:
        return seen
    identifier = new_id()
    row = {"id": identifier, "study": payload.study, "digest": digest, "media_type": payload.media_type}
    inbox.keep(connection, {**row, "received": moment.time, "payload": payload.body, "receipt": ""})
    return identifier


def _batch(
    connection: Connection, study: studies.StoredStudy, payload: Payload, moment: Moment, new_id: Callable[[], str]
) -> Batch:
    records = [item.record for item in payload.items if isinstance(item, Prepared)]
    known = load_records(connection, study.name, {record.key for record in records})
    subjects = load_subjects(connection, study.name, {record.subject for record in records})
    return Batch(connection, study, payload.actor, new_id, moment, known, subjects)


def _none_stored(payload: Payload, faulty: list[Line]) -> list[Line]:
    """The lines of an atomic payload of which some record was refused."""
    places = ", ".join(f"records[{line.index}]" for line in faulty[:10])
    message = f"not stored: the payload is atomic and {places} was rejected"
    refused = {line.index for line in faulty}
    others = [item.index for item in payload.items if item.index not in refused]
    return faulty + [
        Line(index, "rejected", issues=(Issue(f"records[{index}]", "incomplete", message),)) for index in others
    ]


def _quarantine(connection: Connection, payload: Payload, identifier: str, moment: Moment, lines: list[Line]) -> None:
    """Keep refused records with their reasons; those of a payload that came before are there already."""
    if not lines:
        return
    items = {item.index: item for item in payload.items}
    known = inbox.quarantined(connection, identifier)
    rows = [
        _quarantine_row(payload.study, identifier, moment, line, items[line.index])
        for line in lines
        if line.index not in known
    ]
    add(connection, QUARANTINE, rows)


def _quarantine_row(
    study: str, identifier: str, moment: Moment, line: Line, item: Prepared | Refused
) -> dict[str, Any]:
    known = item if isinstance(item, Refused) else item.record
    return {
        # Sorts by arrival, which the sequence does not tell: what is refused gets no number.
        "id": f"{re.sub('[-:]', '', moment.time)}-{identifier}-{line.index:05d}",
        "study": study,
        "inbox": identifier,
        "position": line.index,
        "received": moment.time,
        "key": known.key,
        "type": known.type,
        "site": known.site,
        "issues": json.dumps([issue.as_json() for issue in line.issues]),
        "payload": item.text,
        "cleared": None,
    }
