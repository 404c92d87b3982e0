"""A subject's records with the version and resource of each, as its clinical events carry them.

docs/events.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.services.asking import Frame
from app.services.derivation.origin import origin
from app.services.status.chart import Chart
from app.services.stored import stored_record
from app.storage import events
from app.storage.records import KnownSubject, current_contents

Versions = Mapping[str, tuple[int, str | None]]


def told(connection: Connection, asked: Frame, subject: KnownSubject, types: Iterable[str]) -> tuple[Chart, Versions]:
    """The subject's records of these types up to the cut-off, and (version, resource) by record."""
    seq = asked.as_of.seq
    rows = current_contents(connection, [subject.id], types, seq).get(subject.id, [])
    records = [stored_record(row.content) for row in rows]
    counted = [record for record in records if record.status != "entered-in-error"]
    happened = events.of_subjects(connection, asked.study.name, seq, subject.id).get(subject.id, [])
    versions = {row.record: (row.version, row.resource) for row in happened}
    question = asked.question(next(iter(asked.definition.endpoints)), subject=subject.id)
    start = origin(connection, question).start
    return Chart(counted, asked.study.zones.get(subject.site), asked.cutoff, start), versions


def evidence(record: str, known: Versions) -> dict[str, Any]:
    """How an answer names the record that it rests on."""
    version, resource = known.get(record, (None, None))
    return {"record": record, "record_version": version, "resource": resource}
