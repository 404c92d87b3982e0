"""FHIR resources as bytes: written once, read as they are.

https://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, false, func, or_, select, text

from app.endpoints.event import FOREVER
from app.storage.database import Database
from app.storage.search.conditions import written
from app.storage.tables import RESOURCE, SEARCH_INDEX
from app.storage.visibility import EVERYTHING, Caller, visible

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one resource. release: of FHIR, 4 or 5, that the body is written in."""

    type: str
    id: str
    version: int
    updated: str
    deleted: bool
    body: bytes
    release: int = 4


DOCUMENT_COLUMNS = RESOURCE.c["type", "resource_id", "version", "updated", "deleted", "body", "release"]
_READ = (
    "SELECT version, updated, deleted, body, release FROM resource "
    f"WHERE type = :type AND resource_id = :id AND seq_to = {FOREVER} AND audience <> :hidden"
)
_READ_TEXT = text(_READ)


def document(row: Any) -> Document:
    """A row that begins with DOCUMENT_COLUMNS."""
    return Document(row[0], row[1], row[2], row[3], bool(row[4]), bytes(row[5]), row[6])


class Reader:
    """Reads of the newest version by id: the most frequent question, so it costs no statement and no pool.

    Embedded, it is answered at once on a connection of its own, in the one thread that asks (the event loop's): that
    takes some microseconds, a tenth of what handing it to a thread does. Elsewhere `blocking` says to use a thread.
    """

    def __init__(self, database: Database) -> None:
        self.blocking = not database.embedded
        self._engine = database.read
        self._held = database.read.raw_connection() if database.embedded else None

    def current(self, type_: str, identifier: str, caller: Caller = EVERYTHING) -> Document | None:
        """The newest version of a resource that the caller may see, a deleted one included."""
        if caller.studies is not None:
            with self._engine.connect() as connection:
                return current(connection, type_, identifier, caller)
        values = {"type": type_, "id": identifier, "hidden": caller.hidden}
        if self._held is not None:
            row = self._held.driver_connection.execute(_READ, values).fetchone()  # type: ignore[union-attr]
        else:
            with self._engine.connect() as connection:
                row = connection.execute(_READ_TEXT, values).first()
        return None if row is None else document((type_, identifier, *row))

    def close(self) -> None:
        """Give the connection back."""
        if self._held is not None:
            self._held.close()


def current(connection: Connection, type_: str, identifier: str, caller: Caller) -> Document | None:
    """The newest version of a resource that the caller may see, a deleted one included."""
    named = (RESOURCE.c.type == type_, RESOURCE.c.resource_id == identifier, RESOURCE.c.seq_to == FOREVER)
    row = connection.execute(select(*DOCUMENT_COLUMNS).where(*named, visible(RESOURCE, caller))).first()
    return None if row is None else document(row)


def one_version(
    connection: Connection, type_: str, identifier: str, version: int, caller: Caller = EVERYTHING
) -> Document | None:
    """The version of a resource that is asked for, where the caller may see it."""
    named = (RESOURCE.c.type == type_, RESOURCE.c.resource_id == identifier, RESOURCE.c.version == version)
    row = connection.execute(select(*DOCUMENT_COLUMNS).where(*named, visible(RESOURCE, caller))).first()
    return None if row is None else document(row)


def as_of(
    connection: Connection, type_: str, identifier: str, seq: int, caller: Caller = EVERYTHING
) -> Document | None:
    """The version of a resource that counted at `seq`, a deleted one included, where the caller may see it."""
    named = (RESOURCE.c.type == type_, RESOURCE.c.resource_id == identifier)
    counted = (RESOURCE.c.seq_from <= seq, RESOURCE.c.seq_to > seq, visible(RESOURCE, caller))
    row = connection.execute(select(*DOCUMENT_COLUMNS).where(*named, *counted)).first()
    return None if row is None else document(row)


@dataclass(frozen=True, slots=True)
class Everything:
    """What one `$everything` asks for, at a snapshot: a study, a subject of one, or a resource that no study knows.

    alone: type and id of the latter, with the numbers of the search parameters that may lead to it; since, until: when
    versions were written, as the store writes instants.
    """

    seq: int
    caller: Caller
    study: str | None = None
    subject: int | None = None
    alone: tuple[str, str, tuple[int, ...]] | None = None
    types: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def condition(self) -> Any:
        """The rows that the question may see."""
        counts = (RESOURCE.c.seq_from <= self.seq, RESOURCE.c.seq_to > self.seq, RESOURCE.c.deleted == 0)
        conditions = [*counts, visible(RESOURCE, self.caller), written(RESOURCE, self.since, self.until)]
        if self.types:
            conditions.append(RESOURCE.c.type.in_(self.types))
        return and_(self._owner(), *conditions)

    def _owner(self) -> ColumnElement[bool]:
        if self.study is not None:
            return RESOURCE.c.study == self.study
        if self.subject is not None:
            return RESOURCE.c.subject == self.subject
        return false() if self.alone is None else _and_referrers(*self.alone)


def _and_referrers(type_: str, identifier: str, numbers: tuple[int, ...]) -> ColumnElement[bool]:
    """A resource, and what refers to it."""
    refers = (SEARCH_INDEX.c.text == identifier, SEARCH_INDEX.c.system == type_)
    links = select(SEARCH_INDEX.c.resource).where(SEARCH_INDEX.c.parameter.in_(numbers), *refers)
    return or_(and_(RESOURCE.c.type == type_, RESOURCE.c.resource_id == identifier), RESOURCE.c.id.in_(links))


def count(connection: Connection, question: Everything) -> int:
    """How many resources the whole answer has."""
    return connection.execute(select(func.count()).where(question.condition())).scalar_one()


def page_end(connection: Connection, question: Everything, after: int, size: int) -> tuple[int, bool]:
    """(row id of the last resource of the page that begins after `after`, whether more follow)."""
    ids = (
        select(RESOURCE.c.id)
        .where(question.condition(), RESOURCE.c.id > after)
        .order_by(RESOURCE.c.id)
        .offset(size - 1)
        .limit(2)
    )
    found = list(connection.execute(ids).scalars())
    return (found[0], len(found) == 2) if found else (FOREVER, False)


def stream(engine: Engine, question: Everything, after: int, last: int) -> Iterator[list[Any]]:
    """Rows (id, type, resource_id, body, release) of one page, some hundreds at a time, each in a short read.

    No connection is held between them: a client that reads slowly must not keep one.
    """
    position = after
    while True:
        statement = (
            select(*RESOURCE.c["id", "type", "resource_id", "body", "release"])
            .where(question.condition(), RESOURCE.c.id > position, RESOURCE.c.id <= last)
            .order_by(RESOURCE.c.id)
            .limit(PAGE)
        )
        with engine.connect() as connection:
            rows = list(connection.execute(statement))
        if rows:
            yield rows
            position = rows[-1][0]
        if len(rows) < PAGE:
            return
