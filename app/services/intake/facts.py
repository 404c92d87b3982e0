"""What is said of patients' numbers, taken: decided like any record, kept as versions.

docs/identity.md
"""

from __future__ import annotations

from typing import Any

from app.domain.patient import PatientMerge
from app.endpoints.event import FOREVER
from app.services.identity.numbers import Numbers
from app.services.identity.resolve import Number
from app.services.intake.batch import Batch
from app.services.intake.decide import Decision, decide
from app.services.intake.prepare import Stated
from app.storage import patients
from app.storage.records import KnownRecord, KnownVersion


class TakeFacts:
    """Facts of one unit of work. touched: the numbers that they are about, or were about before."""

    def __init__(self, batch: Batch, numbers: Numbers) -> None:
        self._batch = batch
        self._numbers = numbers
        self.touched: set[Number] = set()

    def take(self, item: Stated, inbox: str) -> tuple[Decision, int]:
        """What becomes of it, and the version as told to the outside."""
        batch, fact = self._batch, item.fact
        known = patients.load_facts(batch.connection, batch.study.name, [fact.key]).get(fact.key)
        decision = decide(known, fact, item.hash)
        if decision == "unchanged" and known is not None:
            return decision, known.versions[item.hash].label
        if decision == "conflict":
            return decision, 0
        return decision, self._keep(item, known, decision, inbox)

    def _keep(self, item: Stated, known: KnownRecord | None, decision: Decision, inbox: str) -> int:
        batch, seq = self._batch, self._batch.next_seq()
        old = known.current if known is not None else None
        if old is not None and decision != "late":
            self._touch(patients.close_fact(batch.connection, old.id, seq))
        row = _row(item, batch.study.name, seq, inbox, counts=decision != "late")
        patients.add_fact(batch.connection, row)
        batch.note(seq, decision, item.fact.key, None, (old.hash if old else None, item.hash))
        if decision != "late":
            [stored] = patients.load_rows(batch.connection, [seq])
            self._touch(stored)
            self._numbers.forget()
        revision = 1 + (known.revisions if known is not None else 0)
        return KnownVersion(seq, revision, item.fact.order, item.hash, item.fact.status).label

    def _touch(self, row: Any) -> None:
        self.touched |= set(self._numbers.named(row))


def _row(item: Stated, study: str, seq: int, inbox: str, *, counts: bool) -> dict[str, Any]:
    fact, order = item.fact, item.fact.order
    row: dict[str, Any] = {"id": seq, "study": study, "key": fact.key, "type": fact.type, "site": fact.site}
    row |= {"number": fact.number, "authority": fact.authority, "kind": fact.kind, "hash": item.hash, "inbox": inbox}
    row |= {"into_number": None, "into_authority": None, "into_kind": None, "subject": None}
    if isinstance(fact, PatientMerge):
        row |= {"into_number": fact.into, "into_authority": fact.into_authority, "into_kind": fact.into_kind}
    else:
        row["subject"] = fact.subject
    row |= {"version": order.version, "recorded": order.recorded, "status": fact.status}
    return row | {"seq_from": seq, "seq_to": FOREVER if counts else seq}
