"""What a client's resources mean for the trial: records to take, records that are no longer said, and the rest.

docs/fhir-writing.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from app.interop.fhir.own import Own
from app.interop.fhir.read import read
from app.interop.fhir.read.reading import Member, Reading
from app.interop.jsontext import dump, parse
from app.interop.reading import Item
from app.services.intake.prepare import AsFhir, Prepared, Refused, prepare_assigned
from app.services.writing.merge import merged
from app.services.writing.pool import Name, Pool
from app.services.writing.subjects import CLIENT, People, Person, Sender
from app.storage.identity import identities
from app.storage.records import contents, current_contents

# What a subject has one of: Patient and ResearchSubject say it beside other things.
OF_THE_SUBJECT = {"subject": "ResearchSubject", "end_of_study": "ResearchSubject", "death": "Patient"}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it counts now."""

    id: int
    study: str
    key: str
    version: int
    content: Json


@dataclass(slots=True)
class Plan:
    """Records to take, by study; and whose the resources are that are in none of them (None: nobody's).

    members: by (study, index) the resources that each record is made from; reasons: why a resource is in no record.
    """

    items: dict[str, list[Prepared | Refused]] = field(default_factory=dict)
    loose: dict[Name, Person | None] = field(default_factory=dict)
    members: dict[tuple[str, int], tuple[Name, ...]] = field(default_factory=dict)
    reasons: dict[Name, str] = field(default_factory=dict)


def plan(connection: Connection, pool: Pool, sender: Sender = CLIENT) -> Plan:
    """The plan of a write."""
    return _Planner(connection, pool, sender).plan()


class _Planner:
    def __init__(self, connection: Connection, pool: Pool, sender: Sender) -> None:
        self._connection = connection
        self._pool = pool
        self._sender = sender
        self._readings, unused = read(pool.bodies())
        self._people = People(connection, pool, self._readings, sender)
        self._plan = Plan(reasons={(one.type, one.id): one.reason for one in unused})
        self._kept = frozenset(name for name, own in pool.own.items() if own is not None and pool.is_own(name))
        self._taken: set[Name] = set()
        self._said: set[int] = set()
        self._gone: set[int] = set()
        records = {held.record for held in pool.held.values() if held.record is not None}
        self._standing = {
            row.id: Standing(row.id, row.study, row.key, row.version, parse(row.content.encode()))
            for row in contents(connection, records).values()
        }
        self._members = {id_: frozenset(names) for id_, names in pool.by_record().items() if id_ is not None}
        self._of_subjects = self._find_of_subjects()

    def plan(self) -> Plan:
        """Readings first, subjects before what is theirs; then what nothing says any more; then the rest."""
        for reading in sorted(self._readings, key=lambda reading: reading.record["type"] != "subject"):
            person = self._people.of(reading)
            if person is not None:
                self._take(reading, person)
        for standing in self._unsaid():
            self._withdraw(standing)
        for name in sorted(self._pool.own.keys() - self._taken):
            if name in self._pool.changed or self._may_be_used(name):
                self._plan.loose[name] = self._people.owner(name)
        return self._plan

    def _may_be_used(self, name: Name) -> bool:
        """Whether a resource that was nobody's until now has become a subject's."""
        held = self._pool.held.get(name)
        return held is not None and held.subject is None and self._people.owner(name) is not None

    def _take(self, reading: Reading, person: Person) -> None:
        standing = self._target(reading, person)
        if standing is not None:
            self._said.add(standing.id)
        if not self._is_new(reading, standing):
            return
        item = self._item(reading, person, standing)
        self._add(person.study, item, [(member.type, member.id) for member in reading.members])
        if isinstance(item, Prepared):
            self._taken |= {(own.type, own.id) for own in self._own(reading)}
        elif standing is not None:
            self._said.discard(standing.id)

    def _add(self, study: str, item: Prepared | Refused, members: Iterable[Name]) -> None:
        self._plan.items.setdefault(study, []).append(item)
        self._plan.members[study, item.index] = tuple(members)

    def _is_new(self, reading: Reading, standing: Standing | None) -> bool:
        names = {(member.type, member.id) for member in reading.members}
        if names & self._pool.changed:
            return True
        if standing is None:  # what waited for its subject; what was refused before would be so again
            return any(name in self._pool.held and self._pool.held[name].subject is None for name in names)
        of_subject = reading.record["type"] in OF_THE_SUBJECT
        return not of_subject and any(self._pool.record_of(name) != standing.id for name in names)

    def _target(self, reading: Reading, person: Person) -> Standing | None:
        """The record that the reading is the next version of."""
        type_, lead = reading.record["type"], reading.members[0]
        if OF_THE_SUBJECT.get(type_) == lead.type:
            return self._of_subjects.get((person.id or 0, type_))
        standing = self._standing.get(self._pool.record_of((lead.type, lead.id)) or 0)
        return standing if standing is not None and standing.content["type"] == type_ else None

    def _find_of_subjects(self) -> dict[tuple[int, str], Standing]:
        """By (subject, type), the records that Patient and ResearchSubject are made from; the first key counts."""
        people = [self._people.of_resource(name) for name in self._pool.own if name[0] in OF_THE_SUBJECT.values()]
        known = {person.id: person for person in people if person is not None and person.id is not None}
        found: dict[tuple[int, str], Standing] = {}
        for subject, rows in current_contents(self._connection, known, OF_THE_SUBJECT).items():
            for row in rows:
                content = parse(row.content.encode())
                if content.get("status") != "entered-in-error":
                    standing = Standing(row.record, known[subject].study, row.key, row.id, content)
                    found.setdefault((subject, content["type"]), standing)
                    if self._is_deleted("ResearchSubject", known[subject].research_subject):
                        self._gone.add(row.record)
        return found

    def _is_deleted(self, type_: str, identifier: str) -> bool:
        name = (type_, identifier)
        return name in self._pool.changed and self._pool.own[name] is None

    def _item(self, reading: Reading, person: Person, standing: Standing | None) -> Prepared | Refused:
        raw = {**self._envelope(reading.members[0], person, standing), **self._fields(reading, standing)}
        index = len(self._plan.items.get(person.study, ()))
        item = prepare_assigned(Item(index, raw, dump(raw)))
        if isinstance(item, Refused):
            return item
        own = self._own(reading)
        return replace(item, fhir=AsFhir(own, person.patient, person.research_subject, kept=self._kept))

    def _own(self, reading: Reading) -> tuple[Own, ...]:
        """The client's own resources of a reading. Those of a subject alone say what the subject has one of."""
        if reading.record["type"] in ("end_of_study", "death") and reading.members[0].type != "Observation":
            return ()
        return tuple(self._with_role(member) for member in reading.members if self._is_own(member))

    def _is_own(self, member: Member) -> bool:
        return self._pool.is_own((member.type, member.id))

    def _with_role(self, member: Member) -> Own:
        own = self._pool.own[member.type, member.id]
        assert own is not None  # what is deleted was not read
        return replace(own, role=member.role)

    def _envelope(self, lead: Member, person: Person, standing: Standing | None) -> Json:
        if standing is not None:
            names = ("site", "source", "id", "version", "recorded")
            known = {name: standing.content[name] for name in names if name in standing.content}
            return {**known, "subject": person.number}
        return {
            "site": person.site,
            "source": self._sender.source,
            "id": f"{lead.type}/{lead.id}",
            "subject": person.number,
        }

    def _fields(self, reading: Reading, standing: Standing | None) -> Json:
        said = reading.record
        if standing is None:
            return said
        base = {name: value for name, value in standing.content.items() if name not in _ENVELOPE}
        if said["type"] == "subject":
            base |= self._identity(standing)
        return merged(base, self._said_before(reading, standing), said)

    def _said_before(self, reading: Reading, standing: Standing) -> Json:
        """What the record's resources, or the subject's own, said until now."""
        type_, lead = reading.record["type"], reading.members[0]
        of_subject = OF_THE_SUBJECT.get(type_) == lead.type
        found, _ = read(self._pool.bodies_before(None if of_subject else standing.id))
        mine = [item.record for item in found if item.members[0] == lead or not of_subject]
        return next((record for record in mine if record["type"] == type_), {})

    def _identity(self, standing: Standing) -> Json:
        row = identities(self._connection, [standing.version]).get(standing.version)
        if row is None:
            return {}
        known = {name: getattr(row, name) for name in ("mrn", "family_name", "given_name", "birth_date")}
        return {name: value for name, value in known.items() if value is not None}

    def _unsaid(self) -> Iterator[Standing]:
        """Records whose resources were changed or went into others, and which no reading says any more."""
        for standing in self._standing.values():
            members = self._members.get(standing.id, frozenset())
            if standing.id not in self._said and members & (self._pool.changed | self._taken):
                yield standing
        for (_, type_), standing in self._of_subjects.items():
            if standing.id not in self._said and self._was_said_by(standing, OF_THE_SUBJECT[type_]):
                yield standing

    def _was_said_by(self, standing: Standing, type_: str) -> bool:
        """Whether a changed resource alone said what a subject has one of; a deleted ResearchSubject takes it along."""
        said_by = {f"{name[0]}/{name[1]}" for name in self._pool.changed if name[0] == type_}
        mine = standing.content["id"] in said_by
        return mine or standing.id in self._gone

    def _withdraw(self, standing: Standing) -> None:
        if standing.content.get("status") == "entered-in-error":
            return
        raw = {**standing.content, "status": "entered-in-error"}
        item = prepare_assigned(Item(len(self._plan.items.get(standing.study, ())), raw, dump(raw)))
        assert isinstance(item, Prepared)  # it was taken before, and says less now
        item = replace(item, fhir=AsFhir(withdrawn=True, kept=self._kept))
        self._add(standing.study, item, sorted(self._members.get(standing.id, frozenset())))


_ENVELOPE = ("site", "source", "id", "version", "recorded", "subject")
