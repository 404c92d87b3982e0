"""Resources as they stand now, to be followed by their next versions; used under the write lock.

docs/adr/0002-versions-and-seq.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, func, select, text, update

from app.endpoints.event import FOREVER
from app.storage.records import chunks
from app.storage.tables import RESOURCE

# Made from several records of a subject, so they belong to none of them.
VIEWS = ("Patient", "ResearchSubject")


@dataclass(slots=True)
class Held:
    """The current version of a resource. row: its row id; subject, record: whose it is, None where that is unknown."""

    row: int
    type: str
    id: str
    version: int
    role: str
    audience: int
    release: int
    deleted: bool
    updated: str
    study: str | None
    subject: int | None
    record: int | None
    body: bytes


_COLUMNS = RESOURCE.c[
    "id",
    "type",
    "resource_id",
    "version",
    "role",
    "audience",
    "release",
    "deleted",
    "updated",
    "study",
    "subject",
    "record",
    "body",
]

_FIELDS = [field.name for field in fields(Held)]


def held_by_records(connection: Connection, records: Iterable[int]) -> dict[int, list[Held]]:
    """Current resources of these records."""
    return _by("record", _held(connection, RESOURCE.c.record, records))


def held_by_subjects(connection: Connection, subjects: Iterable[int]) -> dict[int, list[Held]]:
    """Current resources of these subjects that stem from no single record (Patient, ResearchSubject)."""
    views = (RESOURCE.c.record.is_(None), RESOURCE.c.type.in_(VIEWS))
    return _by("subject", _held(connection, RESOURCE.c.subject, subjects, *views))


def held_by_study(connection: Connection, study: str) -> list[Held]:
    """The current ResearchStudy of a study."""
    conditions = (RESOURCE.c.subject.is_(None), RESOURCE.c.record.is_(None), RESOURCE.c.type == "ResearchStudy")
    return _held(connection, RESOURCE.c.study, [study], *conditions)


def held_by_names(connection: Connection, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Held]]:
    """Current resources of these (type, id), for every audience."""
    found: dict[tuple[str, str], list[Held]] = {}
    ids: dict[str, list[str]] = {}
    for type_, identifier in names:
        ids.setdefault(type_, []).append(identifier)
    for type_, wanted in ids.items():
        for held in _held(connection, RESOURCE.c.resource_id, wanted, RESOURCE.c.type == type_):
            found.setdefault((type_, held.id), []).append(held)
    return found


def held_by_rows(connection: Connection, rows: Iterable[int]) -> list[Held]:
    """The resources of these row ids."""
    return _held(connection, RESOURCE.c.id, rows)


def _by(owner: str, held: list[Held]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for item in held:
        found.setdefault(getattr(item, owner), []).append(item)
    return found


def _held(connection: Connection, column: Any, values: Iterable[Any], *extra: Any) -> list[Held]:
    found: list[Held] = []
    for part in chunks(values):
        statement = select(*_COLUMNS).where(column.in_(part), RESOURCE.c.seq_to == FOREVER, *extra)
        for row in connection.execute(statement):
            named = dict(zip(_FIELDS, row, strict=True))
            found.append(Held(**{**named, "deleted": bool(row.deleted), "body": bytes(row.body)}))
    return found


def reserve(connection: Connection, number: int) -> Iterable[int]:
    """The next row ids, in their order; under the write lock, so that later ones are always of later changes."""
    if connection.dialect.name == "sqlite":
        last = connection.execute(select(func.coalesce(func.max(RESOURCE.c.id), 0))).scalar_one()
        return range(last + 1, last + 1 + number)
    following = text("SELECT nextval(pg_get_serial_sequence('resource', 'id')) FROM generate_series(1, :number)")
    return sorted(connection.execute(following, {"number": number}).scalars())


def close(connection: Connection, closed: dict[int, int]) -> None:
    """Close resource versions: row id -> the `seq` from which they no longer count."""
    for row, seq in closed.items():
        connection.execute(update(RESOURCE).where(RESOURCE.c.id == row).values(seq_to=seq))


def adopt(connection: Connection, adopted: dict[int, dict[str, Any]]) -> None:
    """Say whose resources are that were written before that was known: row id -> study, subject, record and role."""
    for row, owner in adopted.items():
        connection.execute(update(RESOURCE).where(RESOURCE.c.id == row).values(**owner))
