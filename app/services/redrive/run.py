"""Stored payloads read with what is known today, and the difference that makes: told first, then done.

docs/intake.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.interop.jsontext import dump, parse
from app.interop.reading import Item
from app.services import studies
from app.services.context import Services
from app.services.intake.batch import Batch
from app.services.intake.decide import RETRACTED
from app.services.intake.intake import read
from app.services.intake.payload import Delivered, Payload
from app.services.intake.prepare import Checked, Prepared, Refused, prepare_assigned
from app.services.intake.readers import READERS
from app.services.intake.receipt import Line
from app.services.intake.settle import settle
from app.services.intake.store import none_stored
from app.services.intake.submission import Submission, context_of
from app.services.intake.take import Take
from app.services.redrive.again import Again
from app.services.redrive.aside import renew
from app.services.redrive.differences import Difference, difference, fields_of
from app.storage import counter, deliveries, redrive
from app.storage.records import contents, load_records, load_subjects
from app.storage.redrive import Version, Wanted
from app.storage.studies import StoredStudy

# FHIR is understood by what stands in the store when it comes; it is sent again instead (docs/fhir-intake.md).
_READ_ONCE = "application/fhir"
_WRITTEN = ("accepted", "amended")


@dataclass(frozen=True, slots=True)
class Reread:
    """A payload as it is read today. only: the positions that are asked for; None: all."""

    inbox: str
    payload: Payload
    only: frozenset[int] | None = None

    @property
    def items(self) -> list[Checked]:
        """The records that are asked for."""
        return [item for item in self.payload.items if self.only is None or item.index in self.only]

    @property
    def whole(self) -> bool:
        """Whether every record that it says is known, so that what it says no more is gone."""
        unknown = any(isinstance(item, Refused) and item.key is None for item in self.payload.items)
        return self.only is None and self.payload.fault is None and not unknown


@dataclass(slots=True)
class Run:
    """Payloads to be read again, in the order of arrival; following: the last of them where there are more."""

    study: str
    actor: str
    time: datetime
    new_id: Callable[[], str]
    payloads: list[Reread] = field(default_factory=list)
    following: str | None = None


def collect(services: Services, wanted: Wanted, after: str, actor: str) -> Run:
    """Read payloads again, as many as one run takes; the newest profile counts. Fault NOT_FOUND for the study."""
    run = Run(wanted.study, actor, services.clock(), services.new_id)
    with services.database.read.connect() as connection:
        studies.find(connection, wanted.study)
        found = [row.id for row in redrive.payloads(connection, wanted)]
        only = redrive.positions(connection, wanted.items)
    number = 0
    for identifier in found[found.index(after) + 1 if after in found else 0 :]:
        if number >= services.settings.max_records:
            run.following = run.payloads[-1].inbox
            break
        payload = _read(services, wanted.study, identifier, actor)
        if payload is not None:
            run.payloads.append(Reread(identifier, payload, only.get(identifier) if wanted.items else None))
            number += max(len(payload.items), 1)
    return run


def _read(services: Services, study: str, identifier: str, actor: str) -> Payload | None:
    with services.database.read.connect() as connection:
        row = redrive.payload(connection, identifier)
    if row.media_type not in READERS or row.media_type.startswith(_READ_ONCE):
        return None
    context = replace(context_of(row.context), version=None)
    return read(services, Submission(study, bytes(row.payload), row.media_type, context, context.atomic, False, actor))


def redriven(connection: Connection, run: Run, apply: bool) -> dict[str, Any]:
    """The report of differences; apply: they are made. Runs under the write lock."""
    savepoint = connection.begin_nested()
    report = _Redrive(connection, run).report()
    savepoint.commit() if apply else savepoint.rollback()
    following = {"next": run.following} if run.following else {}
    return {"study": run.study, "applied": apply, "payloads": len(run.payloads), **report, **following}


class _Redrive:
    def __init__(self, connection: Connection, run: Run) -> None:
        self._connection = connection
        self._run = run
        self._study: StoredStudy = studies.find(connection, run.study)
        self._places = deliveries.arrivals(connection, (one.inbox for one in run.payloads))
        self._changed: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._found: list[Difference] = []

    def report(self) -> dict[str, Any]:
        """Take everything, what is gone last, and tell the differences."""
        said: set[str] = set()
        missed: list[tuple[Reread, Version]] = []
        for one in self._run.payloads:
            keys = {item.key for item in one.items if item.key is not None}
            said |= keys
            missed += [(one, version) for version in self._unsaid(one, keys)]
            self._take(one)
        for one, version in missed:
            if version.key not in said:
                self._retract(one, version)
        counts = {name: self._counts[name] for name in ("new", "changed", "gone", "same", "held", "refused")}
        return {**counts, "differences": [found.as_json() for found in self._found]}

    def _unsaid(self, one: Reread, keys: set[str]) -> list[Version]:
        """What counts of a payload and is not in it any more."""
        if not one.whole:
            return []
        stood = redrive.said_by(self._connection, one.inbox)
        return [old for old in stood if old.counts and old.key not in keys and old.status != RETRACTED]

    def _take(self, one: Reread) -> None:
        items = one.items
        keys = {item.key for item in items if item.key is not None}
        standing = redrive.set_aside(self._connection, one.inbox)
        refused = frozenset((row.key, bytes(row.payload)) for row in standing)
        often = Counter(item.key for item in items if item.key is not None)
        versions = redrive.versions(self._connection, self._study.name, keys)
        self._find_places(versions)
        many = frozenset(key for key, number in often.items() if number > 1)
        again = Again(one.inbox, versions, self._places, refused, many, self._changed)
        old = self._contents(versions)
        lines = self._all_or_none(one, items, again) if one.payload.atomic else self._through_intake(one, items, again)
        delivered = Delivered(replace(one.payload, items=items), one.inbox, lines)
        renew(self._connection, self._study.name, self._run.time, delivered, standing, one.only)
        self._tell(delivered, old)

    def _find_places(self, versions: dict[str, list[Version]]) -> None:
        others = {version.inbox for stood in versions.values() for version in stood} - self._places.keys()
        self._places |= deliveries.arrivals(self._connection, others)

    def _through_intake(self, one: Reread, items: Sequence[Checked], again: Again) -> list[Line]:
        keys = {item.key for item in items if item.key is not None}
        batch = self._batch()
        batch.records.update(load_records(self._connection, self._study.name, keys))
        subjects = {item.record.subject for item in items if isinstance(item, Prepared)}
        batch.subjects.update(load_subjects(self._connection, self._study.name, subjects))
        take = Take(batch, again.decide)
        lines = take.all([(one.inbox, items)])[0]
        settle(self._connection, self._study, take.touched(), self._batch)
        return lines

    def _batch(self) -> Batch:
        moment = counter.lock(self._connection, self._run.time)
        run = self._run
        return Batch(self._connection, run.actor, run.new_id, moment, study=self._study, records={}, subjects={})

    def _all_or_none(self, one: Reread, items: Sequence[Checked], again: Again) -> list[Line]:
        savepoint, changed = self._connection.begin_nested(), set(self._changed)
        lines = self._through_intake(one, items, again)
        rejected = [line for line in lines if line.outcome == "rejected"]
        if not rejected:
            savepoint.commit()
            return lines
        savepoint.rollback()
        self._changed.intersection_update(changed)
        return none_stored(replace(one.payload, items=items), rejected)

    def _contents(self, keys: Iterable[str]) -> dict[str, Any]:
        """Records as they count now, by key."""
        known = load_records(self._connection, self._study.name, keys)
        rows = contents(self._connection, (record.id for record in known.values()))
        return {row.key: row for row in rows.values()}

    def _tell(self, delivered: Delivered, old: dict[str, Any]) -> None:
        new = self._contents(item.key or "" for line, item in delivered.pairs() if line.outcome in _WRITTEN)
        for line, item in delivered.pairs():
            before = old.get(item.key or "")
            found = difference(delivered.inbox, line, item, before is not None)
            self._counts[found.kind] += 1
            if found.kind == "changed":
                found = replace(found, fields=fields_of(self._connection, before, new[item.key or ""]))
            if found.kind != "same":
                self._found.append(found)

    def _retract(self, one: Reread, version: Version) -> None:
        raw = {**parse(version.content.encode()), "status": RETRACTED}
        item = prepare_assigned(Item(version.position, raw, dump(raw)))
        assert isinstance(item, Prepared)  # it was taken before, and says less now
        again = Again(one.inbox, {}, self._places, changed=self._changed, gone=frozenset({version.key}))
        [line] = self._through_intake(one, [item], again)
        self._counts["gone"] += 1
        self._found.append(replace(difference(one.inbox, line, item, True), kind="gone"))
