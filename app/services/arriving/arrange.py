"""An arrival under the write lock: what is taken, held, superseded, unchanged, refused and left alone.

docs/fhir-intake.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Issue
from app.interop.fhir.arriving.arrived import Arrival, Arrived
from app.interop.fhir.own import Own
from app.interop.reading import Unused
from app.services.arriving.ledger import entries_of, unchanged_lines
from app.services.arriving.settled import held, key_of, refused
from app.services.arriving.versions import Sorted, sort
from app.services.arriving.whose import PATIENT, RESEARCH_SUBJECT, STUDY, Whose, spoken_of
from app.services.intake.own import in_r4
from app.services.intake.prepare import Checked, Prepared, Refused, Settled
from app.services.intake.rows import Rows
from app.services.writing.loose import keep
from app.services.writing.plan import Plan, plan
from app.services.writing.pool import Name, Pool, gather
from app.services.writing.subjects import Sender
from app.storage import arrivals, quarantine
from app.storage.arrivals import Known
from app.storage.held import held_by_names
from app.storage.studies import StoredStudy

# Of these nothing is held for somebody: they are about no Patient.
_OF_NOBODY = ("BiologicallyDerivedProduct",)
_NO_PATIENT = "it does not say which Patient it is about"
_NOT_A_PATIENT = "it is about no Patient"
_NOTHING = "nothing of it is kept that could be deleted; an older version that comes later will not count"
_STUDY = "it is the study that the address names, and no record of a subject"
_OTHER_STUDY = "it is another study, or does not say in an identifier which one"


@dataclass(slots=True)
class Arranged:
    """items: for the intake, subjects before what is theirs; unused: what is left alone; cleared: by its position, the
    key of what is refused or held no more.

    The rest is written when the items are taken.
    """

    items: list[Checked] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    cleared: dict[int, str] = field(default_factory=dict)
    held: dict[int, str] | None = None
    pool: Pool | None = None
    plan: Plan | None = None


def arrange(connection: Connection, study: StoredStudy, arrival: Arrival) -> Arranged:
    """Sort an arrival; nothing is written yet."""
    return _Arranger(connection, study, arrival).arrange()


def waiting_for_people(connection: Connection, study: str, arranged: Arranged) -> list[str]:
    """Inbox ids of payloads that wait for a Patient or a study that is known now."""
    return arrivals.waiting(connection, study, arranged.new)


def finish(rows: Rows, study: str, inbox: str, arranged: Arranged, refused: set[int]) -> None:
    """Write what the intake does not: resources that are in no record, and what is known of all now.

    refused: positions of what was refused after all.
    """
    if arranged.pool is not None and arranged.plan is not None:
        keep(rows, arranged.pool, arranged.plan.loose)
    arrivals.write(rows.connection, arranged.known)
    cleared = {position: key for position, key in arranged.cleared.items() if position not in refused}
    if arranged.held is None:
        quarantine.clear(rows.connection, study, cleared.values(), rows.moment.seq)
    else:
        items = [(key, arranged.held[position]) for position, key in cleared.items()]
        quarantine.clear_up_to(rows.connection, study, items, rows.moment.seq)
    arrivals.wait(rows.connection, study, inbox, arranged.awaited)


class _Arranger:
    def __init__(self, connection: Connection, study: StoredStudy, arrival: Arrival) -> None:
        self._connection = connection
        self._study = study
        self._arrival = arrival
        self._names = arrival.names
        self._known = arrivals.load(connection, self._spoken())
        self._whose = Whose(connection, study, arrival, self._known)
        self._studies = self._whose.studies()
        self._found = Arranged(unused=list(arrival.unused), held=arrival.held)

    def _spoken(self) -> set[Name]:
        people = {(type_, name) for type_ in (PATIENT, STUDY) for name in spoken_of(self._arrival, type_)}
        return people | {item.name for item in self._arrival.resources}

    def arrange(self) -> Arranged:
        """Each resource its way."""
        zones = self._study.zones
        if zones and self._names.site not in zones:
            self._found.items = [self._undeclared(item, zones) for item in self._arrival.wanted]
            return self._found
        size = 1 + max((item.position for item in self._arrival.resources), default=0)
        sorted_ = sort(self._usable(), self._known, size)
        changed = {item.name: self._own(item) for item in sorted_.fresh.values()}
        self._take(sorted_, changed)
        self._found.items += unchanged_lines(self._connection, self._study.name, self._names, sorted_, self._known)
        self._found.unused += self._unused_again(sorted_)
        self._learn(sorted_)
        return self._found

    def _undeclared(self, item: Arrived, zones: Any) -> Settled:
        path, expected = f"records[{item.position}].site", ", ".join(sorted(zones))
        issue = Issue(path, "code-invalid", "not a site of this study", expected, item.place)
        return refused(item, self._names, item.issues or (issue,))

    def _usable(self) -> Iterator[Arrived]:
        """The resources of subjects, and of nobody in particular; the others are settled here."""
        for item in self._arrival.wanted:
            conflict = self._whose.conflict(item)
            if item.issues or conflict is not None:
                self._found.items.append(refused(item, self._names, item.issues or tuple(filter(None, (conflict,)))))
            elif item.name[0] == STUDY:
                reason = _STUDY if item.name[1] in self._studies else _OTHER_STUDY
                self._found.unused.append(Unused(item.place, reason))
            elif item.own is None or item.name[0] in _OF_NOBODY or self._is_somebodys(item):
                yield item
            elif not item.patient:
                reason = _NO_PATIENT if item.patient is None else _NOT_A_PATIENT
                self._found.unused.append(Unused(item.place, reason))
            else:
                self._found.items.append(held(item, self._names))
                self._found.awaited += self._whose.awaited(item)

    def _is_somebodys(self, item: Arrived) -> bool:
        if item.name[0] == RESEARCH_SUBJECT and item.study not in self._studies:
            return False
        return self._whose.target(item.patient or "") is not None

    def _own(self, item: Arrived) -> Own | None:
        """The resource with references to the subject's own Patient, and to the study."""
        if item.own is None:
            return None
        targets = {f"{PATIENT}/{name}": f"{PATIENT}/{target}" for name, target in self._whose.targets.items()}
        targets |= {f"{STUDY}/{name}": f"{STUDY}/{self._study.resource}" for name in self._studies}
        body = _redirected(item.own.body, targets)
        return replace(item.own, body=body, r4=in_r4(body, item.own.release))

    def _take(self, sorted_: Sorted, changed: dict[Name, Own | None]) -> None:
        """Plan the records; what is deleted and was never kept needs none."""
        gone = [name for name, own in changed.items() if own is None]
        standing = held_by_names(self._connection, gone)
        for name in gone:
            if not any(not found.deleted for found in standing.get(name, ())):
                del changed[name]
                self._found.unused.append(Unused(sorted_.fresh[name].place, _NOTHING))
        said = [
            item for item in sorted_.fresh.values() if item.own is not None
        ]  # what is deleted may be older than what is held
        self._found.cleared = {item.position: key_of(item, self._names) for item in said}
        if not changed:
            return
        pool = gather(self._connection, {name: changed[name] for name in sorted(changed)})
        aliases = {name: target for name, target in self._whose.targets.items() if name != target}
        self._found.pool = pool
        self._found.plan = plan(self._connection, pool, Sender(self._names.source, self._names.site, aliases))
        self._number(sorted_, self._found.plan)

    def _number(self, sorted_: Sorted, planned: Plan) -> None:
        """Each record gets the position of the resource that says it; a second record of a resource one behind all."""
        taken: set[int] = set()
        for item in planned.items.get(self._study.name, ()):
            members = planned.members[self._study.name, item.index]
            # What came earlier may be a record only now, by something that came with this payload.
            any_ = next(iter(sorted_.fresh.values()))
            sent = next((sorted_.fresh[name] for name in members if name in sorted_.fresh), any_)
            index = sent.position
            while index in taken:
                index += sorted_.size
            taken.add(index)
            self._found.items.append(_renumbered(item, index, sent))

    def _unused_again(self, sorted_: Sorted) -> Iterator[Unused]:
        """What is in no record: now, and as it was said before."""
        planned = self._found.plan
        told = {name for members in planned.members.values() for name in members} if planned is not None else set()
        for name, item in sorted_.fresh.items():
            if planned is not None and name in planned.loose and name not in told:
                yield Unused(item.place, _reason(item, planned))
        for item in sorted_.unchanged:
            standing = self._known.get(item.name)
            if standing is not None and standing.reason:
                yield Unused(item.place, standing.reason)

    def _learn(self, sorted_: Sorted) -> None:
        """What is known of each name from now on, and which of it others may have waited for."""
        self._found.known = entries_of(self._connection, self._study.name, sorted_, self._known, self._found.plan)
        told = {(item.type, item.name) for item in self._found.known}
        people = {(PATIENT, name): target for name, target in self._whose.targets.items()}
        people |= {(STUDY, name): self._study.resource for name in self._studies}
        for name, target in people.items():
            if name not in self._known:
                self._found.new.append("/".join(name))
            if name not in told and name not in self._known:
                self._found.known.append(Known(*name, self._study.name, target))
        self._found.known = [
            replace(item, target=people.get((item.type, item.name), item.target)) for item in self._found.known
        ]


def _reason(item: Arrived, planned: Plan) -> str:
    if item.own is None:
        return "it is deleted; no record was made of it"
    return planned.reasons.get(item.name) or "its subject is known from elsewhere; it is kept as it is"


def _renumbered(item: Prepared | Refused, index: int, sent: Arrived) -> Prepared | Refused:
    if isinstance(item, Prepared):
        return replace(item, index=index, text=sent.text, place=sent.place)
    old = f"records[{item.index}]"
    issues = tuple(
        replace(issue, path=issue.path.replace(old, f"records[{index}]", 1), place=issue.place or sent.place)
        for issue in item.issues
    )
    return replace(item, index=index, text=sent.text, place=sent.place, issues=issues)


def _redirected(node: Any, targets: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_redirected(item, targets) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: _redirected(value, targets) for name, value in node.items()}
    literal = node.get("reference")
    return {**found, "reference": targets[literal]} if isinstance(literal, str) and literal in targets else found
