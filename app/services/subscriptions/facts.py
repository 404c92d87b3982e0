"""What is true of a subject at a moment, as the topics see it: each fact once, whatever tells it.

docs/subscriptions.md
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from app.domain.observation import REMISSION
from app.endpoints.definition import Toxicity
from app.services.asking import Axes, Frame, frame
from app.services.derivation import window
from app.services.derivation.window import DltRow
from app.services.queries.history import History
from app.services.queries.listing import Wanted, listing
from app.storage import documents, events
from app.storage.records import KnownSubject
from app.storage.visibility import Caller

_CODED = Caller(coded=True)


@dataclass(frozen=True, slots=True)
class Fact:
    """topic, key: what makes it one fact, through all corrections; type, id: the resource it is about."""

    topic: str
    key: str
    type: str
    id: str
    code: str | None


@dataclass(frozen=True)
class Known:
    """One subject of a study as known at `seq`."""

    connection: Connection
    study: str
    subject: KnownSubject
    seq: int

    @cached_property
    def history(self) -> History:
        """The clinical events that counted."""
        found = events.of_subjects(self.connection, self.study, self.seq, self.subject.id)
        return History(found.get(self.subject.id, []))

    @cached_property
    def frame(self) -> Frame:
        """The frame of a question at that moment."""
        return frame(self.connection, self.study, Axes(as_of=str(self.seq)))

    def resource_of(self, record: str) -> tuple[str, str]:
        """The first resource of a record; where it has none of its own, the ResearchSubject."""
        found = (row.resource for row in self.history.every() if row.record == record)
        reference = next((one for one in found if one), None)
        return place(reference) if reference else ("ResearchSubject", self.subject.research_subject)


def place(reference: str) -> tuple[str, str]:
    """(type, id) of a reference."""
    type_, identifier = reference.split("/")[:2]
    return type_, identifier


def facts(known: Known, topics: Iterable[str]) -> dict[tuple[str, str], Fact]:
    """Every fact of these topics that is true, by topic and key."""
    found = [fact for topic in topics for fact in TOPICS[topic](known)]
    return {(fact.topic, fact.key): fact for fact in found}


def _serious(known: Known) -> Iterator[Fact]:
    for row in known.history.kind("seriousness"):
        if row.status == "serious":
            yield Fact("new-sae", row.record, *place(row.resource), row.category)


def _limiting(known: Known) -> Iterator[Fact]:
    """A record that meets a rule, in the window of whichever toxicity endpoint the study has."""
    for name, rule in known.frame.definition.endpoints.items():
        if isinstance(rule, Toxicity):
            question = known.frame.question(name, subject=known.subject.id)
            for row in window.derive(known.connection, question)[0]:
                for record, item in DltRow(row, question.today, rule).limiting.items():
                    yield Fact("dlt", f"{name}|{record}", *place(item["resource"]), item["rule"])


def _death(known: Known) -> Iterator[Fact]:
    """One fact, however many records tell it."""
    row = known.history.death
    if row is not None:
        yield Fact("death", "", "Patient", known.subject.patient, row.category)


def _relapses(known: Known) -> Iterator[Fact]:
    """The n-th relapse: findings without a remission between them are of one."""
    number, relapsed = 0, False
    rows = known.history.kind("assessment")
    for row in sorted(rows, key=lambda row: (row.first_day, row.last_day, row.record)):
        if row.status == "relapse" and not relapsed:
            number += 1
            yield Fact("relapse", str(number), *place(row.resource), row.category)
        if row.status == "relapse" or row.status in REMISSION:
            relapsed = row.status == "relapse"


def _status(known: Known) -> Iterator[Fact]:
    identifier = known.subject.research_subject
    found = documents.as_of(known.connection, "ResearchSubject", identifier, known.seq, _CODED)
    if found is not None and not found.deleted:
        status = json.loads(found.body)["status"]
        yield Fact("subject-status", status, "ResearchSubject", identifier, status)


def _queries(known: Known) -> Iterator[Fact]:
    wanted, axes = Wanted(subject=known.subject.number), Axes(as_of=str(known.seq))
    for query in listing(known.connection, known.study, wanted, axes)["queries"]:
        records = query["records"]
        yield Fact("data-query", "|".join([query["rule"], *records]), *known.resource_of(records[0]), query["rule"])


TOPICS: dict[str, Callable[[Known], Iterator[Fact]]] = {
    "new-sae": _serious,
    "dlt": _limiting,
    "death": _death,
    "relapse": _relapses,
    "subject-status": _status,
    "data-query": _queries,
}
