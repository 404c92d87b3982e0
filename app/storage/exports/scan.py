"""What an export reads: resources of one type on a snapshot, and what was deleted, some hundreds a read.

https://hl7.org/fhir/uv/bulkdata/export.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)

from app.endpoints.event import FOREVER
from app.storage.records import chunks
from app.storage.search.conditions import View, first_since
from app.storage.search.criteria import Criterion
from app.storage.tables import RESOURCE, SEARCH_INDEX, SUBJECT
from app.storage.visibility import Caller, visible

# At most so many rows are given by one read, and so many looked at; it ends with the row that makes it so many bytes.
PAGE, SPAN, MOST_BYTES = 1000, 100_000, 8 * 1024 * 1024
_STREAMED = {"stream_results": True}
# (row id, id, version, time of writing, release, body)
Row = Any
_COLUMNS = RESOURCE.c["id", "resource_id", "version", "updated", "release", "body"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose resources: compartments: those of Patients alone; study: of its subjects, and the ResearchStudy itself;
    patients: of the Patients with these ids, () for all of them; links: numbers of the search parameters that may lead
    to a Patient.
    """

    compartments: bool = False
    study: str | None = None
    patients: tuple[str, ...] = ()
    links: tuple[int, ...] = ()

    def holds(self, resource: Any) -> ColumnElement[bool]:
        """The condition that a row of RESOURCE (or of an alias of it) belongs to it."""
        if not self.compartments:
            return true()
        own = self._of_patients(resource)
        if self.study is None:
            return own
        return and_(resource.c.study == self.study, or_(own, resource.c.type == "ResearchStudy"))

    def _of_patients(self, resource: Any) -> ColumnElement[bool]:
        """What a study knows has its subject beside it; the rest belongs to the Patients that it refers to."""
        itself, link = resource.c.type == "Patient", SEARCH_INDEX.alias()
        theirs = resource.c.subject.is_not(None)
        refers = [link.c.resource == resource.c.id, link.c.parameter.in_(self.links), link.c.system == "Patient"]
        if self.patients:
            subjects = select(1).where(SUBJECT.c.id == resource.c.subject, SUBJECT.c.patient.in_(self.patients))
            theirs = exists(subjects.correlate(resource))
            itself = and_(itself, resource.c.resource_id.in_(self.patients))
            refers.append(link.c.text.in_(self.patients))
        loose = and_(resource.c.subject.is_(None), exists(select(1).where(*refers).correlate(resource)))
        return or_(theirs, itself, loose)


@dataclass(frozen=True, slots=True)
class Held:
    """What one export holds. since, until: instants as the store writes them, None where open: changed from `since` on
    and before `until`.
    """

    seq: int
    caller: Caller
    scope: Scope
    since: str | None = None
    until: str | None = None


def resources(
    engine: Engine, held: Held, type_: str, ways: tuple[tuple[Criterion, ...], ...], after: int
) -> Iterator[list[Row]]:
    """The resources of a type that meet all criteria of one of the ways (() asks for nothing), behind a row id.

    In pages, of which some may be empty.
    """
    view = View(held.seq, held.caller)
    conditions = [view.shows(RESOURCE, type_), held.scope.holds(RESOURCE), *_written(held)]
    if ways:
        conditions.append(or_(false(), *(view.fits(RESOURCE, criteria) for criteria in ways)))
    return _pages(engine, select(*_COLUMNS).where(*conditions), _beginning(engine, held, after))


def deletions(engine: Engine, held: Held, types: Iterable[str], after: int) -> Iterator[list[Row]]:
    """(row id, type, id) of the resources of these types that are deleted, behind a row id.

    A deletion may stand outside of what the resource belonged to: it counts where some version of it was inside.
    """
    earlier = RESOURCE.alias()
    same = (earlier.c.type == RESOURCE.c.type, earlier.c.resource_id == RESOURCE.c.resource_id)
    inside = select(1).where(*same, held.scope.holds(earlier), visible(earlier, held.caller)).correlate(RESOURCE)
    counts = (RESOURCE.c.seq_from <= held.seq, RESOURCE.c.seq_to > held.seq, RESOURCE.c.deleted == 1)
    own = (*counts, RESOURCE.c.type.in_(sorted(types)), visible(RESOURCE, held.caller))
    statement = select(*RESOURCE.c["id", "type", "resource_id"]).where(*own, *_written(held), exists(inside))
    return _pages(engine, statement, _beginning(engine, held, after))


def _written(held: Held) -> list[ColumnElement[bool]]:
    earliest = [] if held.since is None else [RESOURCE.c.updated >= held.since]
    return earliest if held.until is None else [*earliest, RESOURCE.c.updated < held.until]


def _beginning(engine: Engine, held: Held, after: int) -> int:
    """The row id behind which there is something to read: row ids rise with time."""
    if held.since is None:
        return after
    with engine.connect() as connection:
        first: int = connection.execute(select(func.coalesce(first_since(held.since), FOREVER))).scalar_one()
    return max(after, first - 1)


def _pages(engine: Engine, statement: Select[Any], after: int) -> Iterator[list[Row]]:
    """Each page is a short read of its own: a read transaction that stayed open would let SQLite's log grow.

    A page may be empty: where little fits, the rows of a SPAN are looked through and nothing is found.
    """
    own = (RESOURCE.c.id > bindparam("after"), RESOURCE.c.id <= bindparam("until"))
    page = statement.where(*own).order_by(RESOURCE.c.id).limit(PAGE)
    with engine.connect() as connection:
        end: int = connection.execute(select(func.coalesce(func.max(RESOURCE.c.id), 0))).scalar_one()
    while after < end:
        until = min(after + SPAN, end)
        bounds = {"after": after, "until": until}
        with engine.connect() as connection, connection.execute(page, bounds, execution_options=_STREAMED) as found:
            rows, more = _bounded(found)
        yield rows
        after = rows[-1][0] if more else until


def _bounded(found: Iterable[Row]) -> tuple[list[Row], bool]:
    """(rows, whether there may be more). Their bodies stand last."""
    rows, size = [], 0
    for row in found:
        rows.append(row)
        size += len(row[-1])
        if size >= MOST_BYTES:
            return rows, True
    return rows, len(rows) == PAGE


def known_patients(connection: Connection, held: Held, patients: Iterable[str]) -> set[str]:
    """Which of these ids are Patients that the export may hold."""
    view, found = View(held.seq, held.caller), set[str]()
    for part in chunks(patients):
        asked = (view.shows(RESOURCE, "Patient"), RESOURCE.c.resource_id.in_(part), held.scope.holds(RESOURCE))
        found |= set(connection.execute(select(RESOURCE.c.resource_id).where(*asked)).scalars())
    return found
