"""Which resources belong with which: what a client's write may concern besides the resource itself.

https://hl7.org/fhir/R4/references.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.endpoints.event import FOREVER
from app.storage.held import Held, held_by_rows
from app.storage.records import KnownSubject, chunks
from app.storage.tables import RESOURCE, SEARCH_INDEX, SUBJECT
from app.storage.visibility import CODED


@dataclass(frozen=True, slots=True)
class Referrers:
    """Which of the resources that refer to others are meant.

    numbers: of the search parameters that hold references; types: of the resources, () for any; unowned: those that
    are no subject's yet, alone; most: how many are enough.
    """

    numbers: tuple[int, ...]
    types: tuple[str, ...] = ()
    unowned: bool = False
    most: int | None = None


def referring(connection: Connection, type_: str, ids: Iterable[str], wanted: Referrers) -> list[Held]:
    """Current resources, as the hospital sees them, that refer to one of these of a type."""
    found: dict[int, None] = {}
    shown = [RESOURCE.c.seq_to == FOREVER, RESOURCE.c.deleted == 0, RESOURCE.c.audience != CODED]
    if wanted.types:
        shown.append(RESOURCE.c.type.in_(wanted.types))
    if wanted.unowned:
        shown.append(RESOURCE.c.subject.is_(None))
    for part in chunks(ids):
        link = (SEARCH_INDEX.c.text.in_(part), SEARCH_INDEX.c.system == type_)
        joined = SEARCH_INDEX.join(RESOURCE, RESOURCE.c.id == SEARCH_INDEX.c.resource)
        statement = select(RESOURCE.c.id).distinct().select_from(joined).limit(wanted.most)
        rows = connection.execute(statement.where(SEARCH_INDEX.c.parameter.in_(wanted.numbers), *link, *shown))
        found.update(dict.fromkeys(rows.scalars()))
    return held_by_rows(connection, found)


def has_others(connection: Connection, subject: int, own: Iterable[str]) -> bool:
    """Whether a subject has resources of other types than these."""
    shown = (RESOURCE.c.seq_to == FOREVER, RESOURCE.c.deleted == 0, RESOURCE.c.audience != CODED)
    statement = select(RESOURCE.c.id).where(RESOURCE.c.subject == subject, RESOURCE.c.type.not_in(list(own)), *shown)
    return connection.execute(statement.limit(1)).first() is not None


def subjects_of(connection: Connection, patients: Iterable[str]) -> dict[str, tuple[str, KnownSubject]]:
    """(study, subject) by the id of the Patient."""
    found: dict[str, tuple[str, KnownSubject]] = {}
    columns = SUBJECT.c["study", "id", "number", "site", "patient", "research_subject"]
    for part in chunks(patients):
        rows = connection.execute(select(*columns).where(SUBJECT.c.patient.in_(part)))
        found |= {row.patient: (row.study, KnownSubject(*row[1:])) for row in rows}
    return found
