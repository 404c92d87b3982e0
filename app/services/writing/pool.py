"""The resources that a write concerns: those written, and those that belong to the same records.

docs/fhir-writing.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection

from app.interop.fhir.own import Own
from app.interop.fhir.search.parameters import parameters, types
from app.services.intake.own import own_of
from app.services.writing.references import local_references
from app.storage.held import Held, held_by_names, held_by_records
from app.storage.related import Referrers, referring
from app.storage.visibility import AS_WRITTEN, CODED

Name = tuple[str, str]
# Of these types several resources may be one record; what refers to a Patient or a study is not one with it.
JOINED = ("BiologicallyDerivedProduct", "Condition", "MedicationAdministration", "Observation", "Procedure")
# What is read together with a resource of a type, where that refers to it.
_READ_WITH = {
    **dict.fromkeys(JOINED, JOINED),
    "AdverseEvent": ("BiologicallyDerivedProduct", "MedicationAdministration", "Procedure"),  # its suspects
    "ResearchSubject": ("Patient",),
}


@dataclass(slots=True)
class Pool:
    """By (type, id): resources as they are to be (None: deleted), and the current version of those that had one.

    changed: names of those that the client writes now.
    """

    changed: frozenset[Name]
    own: dict[Name, Own | None] = field(default_factory=dict)
    held: dict[Name, Held] = field(default_factory=dict)
    _by_record: dict[int | None, list[Name]] = field(default_factory=dict)

    def bodies(self) -> list[dict[str, Any]]:
        """What there will be, in R4, in order of names."""
        kept = [own for _, own in sorted(self.own.items()) if own is not None]
        return [{**own.r4, "resourceType": own.type, "id": own.id} for own in kept]

    def bodies_before(self, record: int | None) -> list[dict[str, Any]]:
        """What a record's resources were until now, in R4; None: those of no record, as a subject's own are."""
        stood = [self.held[name] for name in self.by_record().get(record, ()) if not self.held[name].deleted]
        return [{**own.r4, "resourceType": own.type, "id": own.id} for own in map(own_of, stood)]

    def by_record(self) -> dict[int | None, list[Name]]:
        """The names of what stood until now, by the record that it belongs to. Found once, when the pool is whole."""
        if not self._by_record:
            for name, held in self.held.items():
                self._by_record.setdefault(held.record, []).append(name)
        return self._by_record

    def is_own(self, name: Name) -> bool:
        """Whether the client's JSON is what the resource shows, or our writers' form of it."""
        held = self.held.get(name)
        return name in self.changed or (held is not None and held.audience == AS_WRITTEN)

    def record_of(self, name: Name) -> int | None:
        """The record that the resource belongs to until now."""
        held = self.held.get(name)
        return None if held is None else held.record


def gather(connection: Connection, changed: dict[Name, Own | None]) -> Pool:
    """The pool of a write. changed: what the client writes; None for a deletion."""
    pool = Pool(frozenset(changed), dict(changed))
    for found in held_by_names(connection, changed).values():
        _keep(pool, found)
    _add(pool, _neighbours(connection, pool))
    _add(pool, _waiting(connection, pool))
    records = {held.record for held in pool.held.values() if held.record is not None}
    gone = {pool.record_of(name) for name, own in changed.items() if own is None}
    siblings = [held for held in _flat(held_by_records(connection, records)) if not held.deleted]
    # With one resource of a record that our writers made the others go too: they were never a client's own.
    _add(pool, [held for held in siblings if held.record not in gone or held.audience == AS_WRITTEN])
    return pool


def _waiting(connection: Connection, pool: Pool) -> list[Held]:
    """What clients wrote of the Patients of these ResearchSubjects before those were subjects."""
    subjects = [own for (type_, _), own in pool.own.items() if own is not None and type_ == "ResearchSubject"]
    patients = {id_ for own in subjects for type_, id_ in local_references(own.r4) if type_ == "Patient"}
    found = referring(connection, "Patient", patients, Referrers(links(), unowned=True))
    return [held for held in found if held.audience == AS_WRITTEN]


def _flat(found: dict[int, list[Held]]) -> Iterable[Held]:
    return (held for items in found.values() for held in items)


def _neighbours(connection: Connection, pool: Pool) -> list[Held]:
    """What the written resources refer to, and what refers to them, of the types that make up records."""
    names: set[Name] = set()
    for (type_, _), own in pool.own.items():
        if own is not None:
            names |= {name for name in local_references(own.r4) if name[0] in _READ_WITH.get(type_, ())}
    found = [held for items in held_by_names(connection, names - pool.own.keys()).values() for held in items]
    for type_ in JOINED:
        ids = [name[1] for name in pool.changed if name[0] == type_]
        found += referring(connection, type_, ids, Referrers(links(), JOINED))
    patients = [name[1] for name in pool.changed if name[0] == "Patient"]
    found += referring(connection, "Patient", patients, Referrers(links(), ("ResearchSubject",)))
    return [held for held in found if not held.deleted]


def _add(pool: Pool, found: Iterable[Held]) -> None:
    for held in found:
        name = (held.type, held.id)
        if name not in pool.own and held.audience != CODED:
            pool.own[name] = own_of(held)
            pool.held[name] = held


def _keep(pool: Pool, found: list[Held]) -> None:
    shown = next((held for held in found if held.audience != CODED), None)
    if shown is not None:
        pool.held[shown.type, shown.id] = shown


@cache
def links() -> tuple[int, ...]:
    """Numbers of the search parameters that hold references."""
    found = [item for type_ in types() for item in parameters(type_).values() if item.kind == "reference"]
    return tuple(sorted({number for item in found for number in item.numbers}))
