"""Which resources belong with which: what a client's write may concern besides the resource itself.

https://hl7.org/fhir/R4/references.html
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from app.endpoints.event import FOREVER
from app.storage.held import Held, held_by_rows
from app.storage.records import KnownSubject, chunks
from app.storage.tables import RESOURCE, SEARCH_INDEX, SUBJECT
from app.storage.visibility import CODED


def referring(connection: Connection, type_: str, ids: Iterable[str], numbers: Iterable[int]) -> list[Held]:
    """Current resources, as the hospital sees them, that refer to one of these of a type.

    numbers: of the search parameters that hold references.
    """
    found: dict[int, None] = {}
    shown = (RESOURCE.c.seq_to == FOREVER, RESOURCE.c.deleted == 0, RESOURCE.c.audience != CODED)
    for part in chunks(ids):
        link = (SEARCH_INDEX.c.text.in_(part), SEARCH_INDEX.c.system == type_)
        joined = SEARCH_INDEX.join(RESOURCE, RESOURCE.c.id == SEARCH_INDEX.c.resource)
        statement = select(RESOURCE.c.id).distinct().select_from(joined)
        statement = statement.where(SEARCH_INDEX.c.parameter.in_(list(numbers)), *link, *shown)
        found.update(dict.fromkeys(connection.execute(statement).scalars()))
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
