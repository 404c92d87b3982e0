"""Changes of the record as Provenance tells them: which resource versions each of them wrote.

https://hl7.org/fhir/R4/provenance.html

Nothing is kept for it: a change is what bears one `seq`, and a row of RESOURCE bears that of the change that wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, false, func, or_, select

from app.storage.records import chunks
from app.storage.search.conditions import written
from app.storage.search.criteria import Written
from app.storage.tables import RECORD, RECORD_VERSION, RESOURCE, SEARCH_INDEX, SUBJECT
from app.storage.visibility import Caller, visible


@dataclass(frozen=True, slots=True)
class Target:
    """A version that a change wrote."""

    type: str
    id: str
    version: int
    deleted: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One change. site: of the record or subject, None where there is neither; status: of the record's version."""

    seq: int
    at: str
    study: str | None
    site: str | None
    status: str | None
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A resource, or one version of it. type: None for any."""

    type: str | None
    id: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes are wanted: of each group of alternatives one must be met by something that the change wrote.

    seq: of the snapshot; sites: (study, site); links: numbers of the search parameters that lead to a Patient.
    """

    seq: int
    caller: Caller
    ids: tuple[tuple[int, ...], ...] = ()
    targets: tuple[tuple[Named, ...], ...] = ()
    patients: tuple[tuple[str, ...], ...] = ()
    sites: tuple[tuple[tuple[str, str], ...], ...] = ()
    times: tuple[Written, ...] = ()
    newest_first: bool = False
    links: tuple[int, ...] = ()


def page(connection: Connection, asked: Asked, after: int | None, size: int) -> tuple[list[int], bool]:
    """(the changes that follow `after`, whether more do)."""
    found = list(connection.execute(statement(asked, after, size + 1)).scalars())
    return found[:size], len(found) > size


def statement(asked: Asked, after: int | None, limit: int) -> Select[Any]:
    """The statement of a page: numbers of changes in their order."""
    seq = RESOURCE.c.seq_from
    begun = () if after is None else (seq < after if asked.newest_first else seq > after,)
    ordered = seq.desc() if asked.newest_first else seq
    return select(seq).distinct().where(_condition(asked), *begun).order_by(ordered).limit(limit)


def total(connection: Connection, asked: Asked) -> int:
    """How many changes there are in all."""
    return connection.execute(select(func.count(RESOURCE.c.seq_from.distinct())).where(_condition(asked))).scalar_one()


def of_resources(connection: Connection, seq: int, caller: Caller, rows: Iterable[int], most: int) -> list[int]:
    """Changes that wrote any version, up to `seq`, of the resources behind these row ids; at most `most`."""
    found: set[int] = set()
    for part in chunks(rows):
        other = RESOURCE.alias()
        same = and_(RESOURCE.c.type == other.c.type, RESOURCE.c.resource_id == other.c.resource_id)
        statement = select(RESOURCE.c.seq_from).distinct().join(other, same).where(other.c.id.in_(part))
        statement = statement.where(visible(RESOURCE, caller), RESOURCE.c.seq_from <= seq)
        found |= set(connection.execute(statement.order_by(RESOURCE.c.seq_from).limit(most)).scalars())
    return sorted(found)[:most]


def _condition(asked: Asked) -> ColumnElement[bool]:
    seq, row = RESOURCE.c.seq_from, RESOURCE.alias()
    fits = [or_(false(), *(_is(row, name) for name in group)) for group in asked.targets]
    fits += [_of_patients(row, group, asked.links) for group in asked.patients]
    # Few changes wrote one resource, or anything of one patient; many come from one site, so each is looked at.
    wrote: list[ColumnElement[bool]] = [
        seq.in_(select(row.c.seq_from).where(visible(row, asked.caller), condition)) for condition in fits
    ]
    wrote += [_of_sites(RESOURCE, group) for group in asked.sites]
    listed = [seq.in_(group) for group in asked.ids]
    return and_(visible(RESOURCE, asked.caller), seq <= asked.seq, *map(_times, asked.times), *listed, *wrote)


def _times(item: Written) -> ColumnElement[bool]:
    return or_(false(), *(written(RESOURCE, *span) for span in item.ranges))


def _is(row: Any, name: Named) -> ColumnElement[bool]:
    conditions = [row.c.resource_id == name.id]
    if name.type is not None:
        conditions.append(row.c.type == name.type)
    if name.version is not None:
        conditions.append(row.c.version == name.version)
    return and_(*conditions)


def _of_patients(row: Any, patients: tuple[str, ...], links: tuple[int, ...]) -> ColumnElement[bool]:
    """Of the subject whose Patient it is; the Patient itself and what refers to it, where no study knows of it."""
    subjects = select(SUBJECT.c.id).where(SUBJECT.c.patient.in_(patients))
    refers = (SEARCH_INDEX.c.parameter.in_(links), SEARCH_INDEX.c.text.in_(patients))
    referring = select(SEARCH_INDEX.c.resource).where(*refers, SEARCH_INDEX.c.system == "Patient")
    own = and_(row.c.type == "Patient", row.c.resource_id.in_(patients))
    return or_(row.c.subject.in_(subjects), own, row.c.id.in_(referring))


def _of_sites(row: Any, sites: tuple[tuple[str, str], ...]) -> ColumnElement[bool]:
    """Of a record of the site, or of a subject of it."""
    ways = []
    for owner, column in ((RECORD, row.c.record), (SUBJECT, row.c.subject)):
        named = or_(false(), *(and_(owner.c.study == study, owner.c.site == site) for study, site in sites))
        ways.append(exists(select(1).select_from(owner).where(owner.c.id == column, named).correlate(row)))
    return or_(*ways)


def changes(connection: Connection, caller: Caller, seqs: list[int]) -> Iterator[Change]:
    """The changes of these numbers in their order, with what the caller may see of them."""
    rows: dict[int, list[Any]] = {}
    for part in chunks(seqs):
        for row in connection.execute(_rows(caller, part)):
            rows.setdefault(row.seq_from, []).append(row)
    for seq in seqs:
        if seq in rows:
            yield _change(seq, rows[seq])


def _rows(caller: Caller, seqs: list[int]) -> Any:
    """What changes wrote, with the site that it came from and the status of the record version that said so."""
    told = and_(
        RECORD_VERSION.c.record == RESOURCE.c.record,
        RECORD_VERSION.c.seq_from <= RESOURCE.c.seq_from,
        RECORD_VERSION.c.seq_to > RESOURCE.c.seq_from,
    )
    joined = RESOURCE.outerjoin(RECORD, RECORD.c.id == RESOURCE.c.record)
    joined = joined.outerjoin(SUBJECT, SUBJECT.c.id == RESOURCE.c.subject).outerjoin(RECORD_VERSION, told)
    columns = RESOURCE.c["seq_from", "updated", "type", "resource_id", "version", "deleted", "study"]
    site = func.coalesce(RECORD.c.site, SUBJECT.c.site).label("site")
    statement = select(*columns, site, RECORD_VERSION.c.status).select_from(joined)
    return statement.where(RESOURCE.c.seq_from.in_(seqs), visible(RESOURCE, caller)).order_by(RESOURCE.c.id)


def _change(seq: int, rows: list[Any]) -> Change:
    # A resource that stands there in two views is one target.
    targets = dict.fromkeys(Target(row.type, row.resource_id, row.version, bool(row.deleted)) for row in rows)
    first = next((row for row in rows if row.status is not None), rows[0])
    return Change(seq, rows[0].updated, first.study, first.site, first.status, tuple(targets))
