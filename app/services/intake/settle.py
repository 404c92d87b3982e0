"""After something new was said of patients' numbers: what waited is taken, and what came under a number goes with it.

docs/identity.md
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from app.interop.jsontext import dump, parse
from app.interop.reading import Item, PatientNumber
from app.services.identity.numbers import Numbers
from app.services.identity.resolve import Number, Whose
from app.services.intake.batch import Batch
from app.services.intake.lines import not_linked
from app.services.intake.prepare import Checked, Prepared, Unassigned, prepare, prepare_assigned
from app.services.intake.receipt import Line
from app.services.intake.take import Take
from app.storage import patients, quarantine
from app.storage.identity import identities
from app.storage.records import add, load_records
from app.storage.studies import StoredStudy
from app.storage.tables import QUARANTINE

RETRACTED = "entered-in-error"
# The store's tools for one more unit of work in the same transaction.
NewBatch = Callable[[], Batch]


@dataclass(frozen=True, slots=True)
class _Job:
    """One record to take. row: of what is held or stored; item: quarantine's, where it waited there."""

    inbox: str
    checked: Checked
    item: str | None = None


def settle(connection: Connection, study: StoredStudy, touched: set[Number], new_batch: NewBatch) -> None:
    """Bring every record to where its number belongs now; runs in the transaction of what was said."""
    for site, numbers in groupby(sorted(touched), key=lambda number: number.site):
        _Settling(connection, study, site, {number.number for number in numbers}, new_batch).run()


class _Settling:
    def __init__(
        self, connection: Connection, study: StoredStudy, site: str, numbers: set[str], new_batch: NewBatch
    ) -> None:
        self._connection = connection
        self._study = study
        self._site = site
        self._new_batch = new_batch
        self._numbers = Numbers(connection, study)
        self._names = numbers | self._numbers.facts(site, numbers).numbers

    def run(self) -> None:
        """What leaves its subject first, so that it can be held; then what has found one."""
        name = self._study.name
        moved = list(self._moved(patients.records_under(self._connection, name, self._site, self._names)))
        held = patients.held_under(self._connection, name, self._site, self._names)
        waited = [_waited(row) for row in held if self._whose(row).subject is not None]
        self._take([*moved, *waited])

    def _whose(self, row: Any) -> Whose:
        return self._numbers.whose(self._site, _patient(row))

    def _moved(self, rows: Iterable[Any]) -> Iterable[_Job]:
        for row in rows:
            found = self._whose(row)
            if found.subject == row.subject_number or row.status == RETRACTED:
                continue
            unassigned = _again(row, self._content(row))
            if found.subject is not None:
                yield _Job(row.inbox, unassigned)
                continue
            self._hold(row, unassigned, found)
            yield _Job(row.inbox, _retraction(unassigned, row.subject_number))

    def _content(self, row: Any) -> dict[str, Any]:
        """The record as it was sent, with what identifies a person where it is of a subject."""
        content: dict[str, Any] = parse(row.content.encode())
        known = identities(self._connection, [row.version]).get(row.version)
        if known is not None:
            names = ("mrn", "family_name", "given_name", "birth_date")
            content |= {name: getattr(known, name) for name in names if getattr(known, name) is not None}
        del content["subject"]
        return content

    def _hold(self, row: Any, unassigned: Unassigned, found: Whose) -> None:
        batch = self._new_batch()
        issue, time = not_linked(unassigned, found), batch.moment.time
        item: dict[str, Any] = {"id": f"{_compact(time)}-{batch.new_id()}", "study": self._study.name}
        item |= {"inbox": row.inbox, "position": row.position, "received": time, "key": unassigned.key, "place": ""}
        item |= {"type": unassigned.type, "site": unassigned.site, "patient": row.number, "state": "held"}
        item |= {"codes": quarantine.codes_text([issue.code]), "issues": json.dumps([issue.as_json()])}
        add(self._connection, QUARANTINE, [{**item, "payload": unassigned.text, "profile": None, "cleared": None}])
        patients.hold(self._connection, [held_row(item["id"], self._study.name, unassigned, again=True)])

    def _take(self, jobs: list[_Job]) -> None:
        if not jobs:
            return
        batch = self._new_batch()
        keys = {job.checked.key for job in jobs if job.checked.key is not None}
        batch.records.update(load_records(self._connection, self._study.name, keys))
        lines = Take(batch).all([(job.inbox, [job.checked]) for job in jobs])
        for job, [line] in zip(jobs, lines, strict=True):
            if job.item is not None:
                self._answer(job.item, line, batch.moment.seq)

    def _answer(self, item: str, line: Line, seq: int) -> None:
        """What waited is cleared, or refused for what only its subject could show."""
        if line.outcome == "rejected":
            issues = [issue.as_json() for issue in line.issues]
            codes = quarantine.codes_text(issue.code for issue in line.issues)
            quarantine.refuse(self._connection, item, json.dumps(issues), codes)
        else:
            quarantine.clear_item(self._connection, item, seq)


def held_row(item: str, study: str, unassigned: Unassigned, *, again: bool = False) -> dict[str, Any]:
    """What is kept of a held record beside its item in quarantine."""
    patient = unassigned.patient
    number = {"number": patient.number, "authority": patient.authority, "kind": patient.kind}
    row = {"item": item, "study": study, "site": unassigned.site, **number}
    return {**row, "record": dump(unassigned.item.raw).decode(), "again": int(again)}


def _patient(row: Any) -> PatientNumber:
    return PatientNumber(row.number, row.authority, row.kind)


def _waited(row: Any) -> _Job:
    raw = parse(row.record.encode())
    found = prepare(Item(row.position, raw, bytes(row.payload), place=row.place, patient=_patient(row)))
    if row.again and isinstance(found, Unassigned):
        found = replace(found, redriven=True)
    return _Job(row.inbox, found, row.item)


def _again(row: Any, content: dict[str, Any]) -> Unassigned:
    found = prepare(Item(row.position, content, dump(content), patient=_patient(row)))
    assert isinstance(found, Unassigned)  # it was taken before
    return replace(found, redriven=True)


def _retraction(unassigned: Unassigned, subject: str) -> Prepared:
    raw = {**unassigned.item.raw, "subject": subject, "status": RETRACTED}
    found = prepare_assigned(Item(unassigned.index, raw, dump(raw)))
    assert isinstance(found, Prepared)  # it says less than what was taken before
    return replace(found, redriven=True, patient=unassigned.patient)


def _compact(time: str) -> str:
    return time.replace("-", "").replace(":", "")
