"""From the outbox to numbered events: what is true of a subject after the changes and was not before them.

docs/subscriptions.md

Both sides are read from the store as of their moments, so nothing is remembered beside the position in the outbox: a
process that dies between a commit and this work loses nothing, and one that repeats it finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.interop.fhir.subscriptions.filters import NEW, WITHDRAWN, hears, meets
from app.interop.fhir.subscriptions.subscription import Wanted
from app.services.context import Services
from app.services.subscriptions.facts import Fact, Known, facts
from app.services.subscriptions.wish import wish
from app.storage import counter, outbox, subscriptions
from app.storage import studies as stored_studies
from app.storage.outbox import Touched
from app.storage.subscriptions import Event, Stored

MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Listener:
    """A subscription and its wish."""

    stored: Stored
    wanted: Wanted


def detect(services: Services, owner: str) -> bool:
    """Read the next changes of the outbox and number what they mean; whether there may be more.

    The reading takes as long as it takes, beside the writer; what is found is one short unit of work of its own.
    """
    with services.database.read.connect() as connection:
        position, latest = outbox.position(connection), counter.latest(connection).seq
        listeners = [Listener(item, wish(item)) for item in subscriptions.every(connection) if item.listens]
        if position >= latest or not listeners:
            return False
        end = _end(connection, listeners, position, latest)
        ready = [one for one in listeners if one.stored.start <= position]
        found = _events(connection, ready, position, end) if ready else {}
    return services.writer.run(lambda connection: _keep(connection, owner, position, end, found))


def _end(connection: Connection, listeners: Sequence[Listener], position: int, latest: int) -> int:
    """Where this step ends: no subscription begins within it. Changes that nobody hears of are passed over at once."""
    starts = [one.stored.start for one in listeners if one.stored.start > position]
    until = min(latest, *starts) if starts else latest
    if len(starts) == len(listeners):
        return until
    return outbox.end_of_batch(connection, position, until, MOST_CHANGES)


def _keep(connection: Connection, owner: str, position: int, end: int, found: dict[str, list[Event]]) -> bool:
    if not outbox.move(connection, owner, position, end):
        return False  # another process has read this already
    for identifier, events in found.items():
        subscriptions.add_events(connection, identifier, events)
    return True


def _events(connection: Connection, listeners: Sequence[Listener], position: int, end: int) -> dict[str, list[Event]]:
    """The events of each subscription, in order of the changes, still without their numbers."""
    topics = sorted({one.wanted.topic.id for one in listeners})
    resources = {study.name: study.resource for study in stored_studies.every(connection)}
    found: dict[str, list[Event]] = {}
    for item in outbox.touched(connection, position, end):
        hearing = [one for one in listeners if _may_see(one.stored, item.study)]
        for old, new in _changes(connection, item, topics, position, end):
            for one in hearing:
                trigger = _trigger(one.wanted, item, resources[item.study], old, new)
                if trigger is not None:
                    fact = new if trigger == NEW else old
                    assert fact is not None  # what is new is there now, what is withdrawn was
                    found.setdefault(one.stored.id, []).append(_event(item, trigger, fact, end))
    return found


def _may_see(stored: Stored, study: str) -> bool:
    return stored.caller.studies is None or study in stored.caller.studies


def _trigger(wanted: Wanted, item: Touched, study: str, old: Fact | None, new: Fact | None) -> str | None:
    """What a change of a fact means to one who waits for some facts alone; None where it means nothing."""
    subject = item.subject
    about = {
        "study": study,
        "site": subject.site,
        "patient": subject.patient,
        "research-subject": subject.research_subject,
    }

    def concerns(fact: Fact | None) -> bool:
        return (
            fact is not None
            and fact.topic == wanted.topic.id
            and meets(wanted.conditions, {**about, "code": fact.code})
        )

    before, after = concerns(old), concerns(new)
    if before == after:
        return None
    trigger = NEW if after else WITHDRAWN
    return trigger if hears(wanted.conditions, trigger) else None


def _changes(
    connection: Connection, item: Touched, topics: Sequence[str], before: int, after: int
) -> list[tuple[Fact | None, Fact | None]]:
    """Facts of a subject that are not as they were: what is withdrawn first, then what is new or is another now."""
    known = item.known <= before
    old = facts(Known(connection, item.study, item.subject, before), topics) if known else {}
    new = facts(Known(connection, item.study, item.subject, after), topics)
    gone = [(fact, None) for key, fact in old.items() if key not in new]
    return [*gone, *((old.get(key), fact) for key, fact in new.items() if old.get(key) != fact)]


def _event(item: Touched, trigger: str, fact: Fact, seq: int) -> Event:
    """An event, to be numbered."""
    return Event(0, seq, item.at, trigger, fact.code, fact.type, fact.id, item.subject.research_subject)
