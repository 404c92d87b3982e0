"""The unit of work of a client's write: conditions, records by the intake, the rest as it is; all or nothing.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.own import Own
from app.interop.jsontext import dump
from app.services.intake.own import in_r4, own_of
from app.services.intake.payload import Payload
from app.services.intake.rows import Rows
from app.services.intake.store import store
from app.services.writing.loose import keep
from app.services.writing.plan import Plan, plan
from app.services.writing.pool import Name, Pool, gather, links
from app.services.writing.references import rewrite
from app.services.writing.request import Write, Written
from app.services.writing.resolve import Looking, Target, resolve
from app.services.writing.study import take_study
from app.storage import counter
from app.storage.documents import Document
from app.storage.held import Held, held_by_names
from app.storage.related import Referrers, has_others, referring
from app.storage.visibility import CODED, EVERYBODY, Caller


@dataclass(frozen=True, slots=True)
class Unit:
    """Writes that are done together or not at all. payload: the request as it came; base: our own address."""

    writes: list[Write]
    payload: bytes
    base: str
    caller: Caller
    actor: str
    time: datetime
    new_id: Callable[[], str]


def commit(unit: Unit, connection: Connection) -> list[Written]:
    """Do the writes and answer each, in their order; runs under the write lock. Fault where one may not be done."""
    moment = counter.lock(connection, unit.time)
    looking = Looking(connection, moment.seq, unit.caller, unit.base, unit.time, unit.new_id)
    targets = resolve(looking, unit.writes)
    changed = _changed(looking, targets)
    records = changed.keys() - _take_studies(connection, unit, changed)
    if records:
        pool = gather(connection, {name: changed[name] for name in sorted(records)})
        _refuse_referred(connection, pool)
        found = plan(connection, pool)
        _take(connection, unit, found)
        rows = Rows(connection, unit.actor, unit.new_id, counter.lock(connection, unit.time))
        keep(rows, pool, found.loose)
    return _answers(connection, targets, changed)


def _take_studies(connection: Connection, unit: Unit, changed: dict[Name, Own | None]) -> set[Name]:
    """Names of the ResearchStudies that are studies now; the first thing done, because subjects refer to them."""
    return {
        name
        for name, own in changed.items()
        if name[0] == "ResearchStudy" and take_study(connection, name[1], own, unit.time, unit.actor)
    }


def _changed(looking: Looking, targets: list[Target]) -> dict[Name, Own | None]:
    """What is to change, by name; a write of what stands there already changes nothing."""
    entries = {target.write.full_url: f"{target.write.type}/{target.id}" for target in targets if target.write.full_url}
    changed: dict[Name, Own | None] = {}
    for target in targets:
        write, current = target.write, target.current
        if target.found or target.id is None or (write.method == "DELETE" and current is None):
            continue
        own = None
        if write.body is not None:
            body = rewrite(write.body, entries, looking.base, looking.find, write.place)
            own = Own(write.type, target.id, "", write.release, body, in_r4(body, write.release))
        if own is None or current is None or not _same(own, current):
            changed[write.type, target.id] = own
    return changed


def _same(own: Own, current: Held) -> bool:
    """Whether a resource says, digit by digit, what its current version says."""
    standing = own_of(current)
    return own.release == current.release and _said(own) == _said(standing)


def _said(own: Own) -> bytes:
    meta = {name: part for name, part in own.body.get("meta", {}).items() if name not in ("versionId", "lastUpdated")}
    return dump({**own.body, "id": own.id, "meta": meta})


def _refuse_referred(connection: Connection, pool: Pool) -> None:
    """What others refer to stays until they are gone; a subject with data stays too."""
    gone = {name for name, own in pool.own.items() if own is None}
    enough = Referrers(links(), most=len(pool.own) + 1)
    for type_ in {name[0] for name in gone}:
        ids = [name[1] for name in gone if name[0] == type_]
        for held in referring(connection, type_, ids, enough):
            if (held.type, held.id) not in pool.changed and not _goes_along(pool, held, gone):
                raise _referred(type_)
    for name in gone:
        standing = pool.held.get(name)
        subject = standing.subject if standing is not None and name[0] == "ResearchSubject" else None
        if subject is not None and has_others(connection, subject, ("Patient", "ResearchSubject")):
            raise _referred(name[0])


def _goes_along(pool: Pool, held: Held, gone: set[Name]) -> bool:
    """Whether our writers made the referring resource from the same record, so that it is made anew or deleted."""
    records = {pool.record_of(name) for name in gone} - {None}
    return held.audience == EVERYBODY and held.record in records


def _referred(type_: str) -> Fault:
    message = f"other resources refer to this {type_}"
    return Fault(Category.CONFLICT, message, (Issue("", "conflict", message, "delete or change those first"),))


def _take(connection: Connection, unit: Unit, found: Plan) -> None:
    """Records through the intake of every other record."""
    for study, items in sorted(found.items.items()):
        media = "application/fhir+json"
        payload = Payload(study, unit.payload, media, items, False, unit.actor, unit.time, unit.new_id)
        store(connection, [payload])


def _answers(connection: Connection, targets: list[Target], changed: dict[Name, Own | None]) -> list[Written]:
    names = {(target.write.type, target.id) for target in targets if target.id is not None}
    held = held_by_names(connection, names)
    return [_answer(target, held, changed) for target in targets]


def _answer(target: Target, held: dict[Name, list[Held]], changed: dict[Name, Own | None]) -> Written:
    write = target.write
    if write.method == "DELETE" or target.id is None:
        return Written(204, write.type, target.id, None)
    found = next(item for item in held[write.type, target.id] if item.audience != CODED)
    document = Document(found.type, found.id, found.version, found.updated, found.deleted, found.body, found.release)
    made = target.current is None and (write.type, target.id) in changed
    return Written(201 if made else 200, write.type, target.id, document)
