"""Studies and subjects, as they are looked up by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.study import Study
from app.endpoints.event import FOREVER
from app.storage.records import KnownSubject, chunks
from app.storage.tables import RECORD, STUDY, SUBJECT


@dataclass(frozen=True, slots=True)
class StoredStudy:
    """A study as stored; resource is the id of its ResearchStudy."""

    name: str
    resource: str
    definition: str
    definition_version: int
    study: Study

    @property
    def zones(self) -> dict[str, tzinfo | None]:
        """Time zone by declared site, None where its dates count as they are written."""
        return dict(self.study.zones())


def find(connection: Connection, name: str) -> StoredStudy | None:
    """The study of that name."""
    row = connection.execute(select(STUDY).where(STUDY.c.name == name)).first()
    return None if row is None else _stored(row)


def find_by_resource(connection: Connection, identifier: str) -> StoredStudy | None:
    """The study whose ResearchStudy has that id."""
    row = connection.execute(select(STUDY).where(STUDY.c.resource == identifier)).first()
    return None if row is None else _stored(row)


def every(connection: Connection) -> list[StoredStudy]:
    """All studies, by name."""
    return [_stored(row) for row in connection.execute(select(STUDY).order_by(STUDY.c.name))]


def _stored(row: Any) -> StoredStudy:
    return StoredStudy(row.name, row.resource, row.definition, row.definition_version, _read(row.body))


@lru_cache(maxsize=256)
def _read(body: str) -> Study:
    """A stored text, read once: every payload asks for its study several times."""
    return Study.model_validate_json(body)


def put(connection: Connection, stored: StoredStudy, seq: int, new: bool) -> None:
    """Write a study."""
    values = {
        "name": stored.name,
        "resource": stored.resource,
        "definition": stored.definition,
        "definition_version": stored.definition_version,
        "body": stored.study.model_dump_json(),
        "seq": seq,
    }
    if new:
        connection.execute(insert(STUDY).values(**values))
    else:
        connection.execute(update(STUDY).where(STUDY.c.name == stored.name).values(**values))


def sites_with_records(connection: Connection, name: str) -> set[str]:
    """Sites that have sent anything."""
    return set(connection.execute(select(RECORD.c.site).where(RECORD.c.study == name).distinct()).scalars())


def _subject(row: Any) -> KnownSubject:
    return KnownSubject(row.id, row.number, row.site, row.patient, row.research_subject)


def subject(connection: Connection, study: str, number: str, as_of: int = FOREVER) -> KnownSubject | None:
    """The subject of that number, if it was known at `as_of`."""
    conditions = (SUBJECT.c.study == study, SUBJECT.c.number == number, SUBJECT.c.seq <= as_of)
    row = connection.execute(select(SUBJECT).where(*conditions)).first()
    return None if row is None else _subject(row)


def subject_by_resource(connection: Connection, type_: str, identifier: str) -> tuple[str, KnownSubject] | None:
    """(study, subject) of the id of a ResearchSubject or of a Patient."""
    column = SUBJECT.c.patient if type_ == "Patient" else SUBJECT.c.research_subject
    row = connection.execute(select(SUBJECT).where(column == identifier)).first()
    return None if row is None else (row.study, _subject(row))


def subjects(connection: Connection, study: str, as_of: int) -> dict[int, KnownSubject]:
    """Subjects of the study that were known at `as_of`, by id."""
    statement = select(SUBJECT).where(SUBJECT.c.study == study, SUBJECT.c.seq <= as_of).order_by(SUBJECT.c.number)
    return {row.id: _subject(row) for row in connection.execute(statement)}


def numbers(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """Subject numbers by id."""
    found: dict[int, str] = {}
    for part in chunks(ids):
        rows = connection.execute(select(SUBJECT.c.id, SUBJECT.c.number).where(SUBJECT.c.id.in_(part)))
        found |= {row.id: row.number for row in rows}
    return found
