"""What clients wrote and the trial does not use: kept, versioned and served like everything else.

docs/fhir-writing.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import Connection

from app.interop.fhir.own import Own
from app.services.intake.places import Owner, add_row, remove
from app.services.intake.rows import Rows
from app.services.writing.pool import Name, Pool
from app.services.writing.subjects import Person
from app.storage.held import Held, held_by_names
from app.storage.related import subjects_of
from app.storage.visibility import AS_WRITTEN, CODED, EVERYBODY

NOTES = {True: "deleted", False: "kept"}


def keep(rows: Rows, pool: Pool, loose: Mapping[Name, Person | None]) -> None:
    """Write these resources of a pool as they are to be, deletions too."""
    held = held_by_names(rows.connection, loose)
    owners = _owners(rows.connection, loose)
    for name in loose:
        own, found = pool.own[name], held.get(name, [])
        owner = replace(owners[name], seq=rows.moment.seq + 1)
        if own is None:
            _delete(rows, owner, found)
        elif name in pool.changed:
            _write(rows, owner, own, found)
        else:
            _adopt(rows, owner, found)
    rows.write()


def _owners(connection: Connection, loose: Mapping[Name, Person | None]) -> dict[Name, Owner]:
    people = {person.patient for person in loose.values() if person is not None}
    known = subjects_of(connection, people)
    found = {}
    for name, person in loose.items():
        subject = known.get(person.patient) if person is not None else None
        found[name] = Owner(subject[0] if subject else None, subject[1].id if subject else None, None, 0)
    return found


def _note(rows: Rows, owner: Owner, name: Name, own: Own | None) -> None:
    seq = rows.next_seq()
    digest = None if own is None else sha256(own.encode(0, "")).hexdigest()
    rows.note_in(owner.study or "", seq, NOTES[own is None], "/".join(name), owner.subject, (None, digest))


def _delete(rows: Rows, owner: Owner, found: list[Held]) -> None:
    standing = [held for held in found if not held.deleted]
    if standing:
        _note(rows, owner, (standing[0].type, standing[0].id), None)
    for held in standing:
        remove(rows, replace(owner, study=held.study, subject=held.subject), held)


def _write(rows: Rows, owner: Owner, own: Own, found: list[Held]) -> None:
    """The next version for the hospital; what sponsors saw until now is gone for them."""
    _note(rows, owner, (own.type, own.id), own)
    version = 1
    for held in found:
        if held.audience == CODED:
            remove(rows, owner, held)
            continue
        rows.closed_resources[held.row] = owner.seq
        version = held.version + 1
        if held.audience == EVERYBODY and not held.deleted:
            add_row(rows, owner, (held.type, held.role, held.id), version, CODED, b"", held.release)
            rows.found_by.append([])
    body = own.encode(version, rows.moment.time)
    add_row(rows, owner, (own.type, own.role, own.id), version, AS_WRITTEN, body, own.release)
    rows.found_by.append(own.values())


def _adopt(rows: Rows, owner: Owner, found: list[Held]) -> None:
    """What was nobody's is a subject's now."""
    for held in found:
        rows.adopted_resources[held.row] = {"study": owner.study, "subject": owner.subject}
