"""Which resource a write is about, and whether its conditions hold; decided under the write lock.

https://hl7.org/fhir/R4/http.html#ccreate ; https://hl7.org/fhir/R4/http.html#concurrency

The lock is the database's own row (app/storage/counter.py), so of several clients, on several servers, that ask for
the same resource to be made, the first makes it and the others find it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.services.search.criteria import Asker
from app.services.search.query import read_query
from app.services.writing.request import Write
from app.storage.held import Held, held_by_names
from app.storage.search import pages
from app.storage.search.pages import Question
from app.storage.visibility import CODED, Caller


@dataclass(frozen=True, slots=True)
class Target:
    """A write and its resource. id: of the resource, None where a deletion found none; held: its current versions, for
    every audience; found: an existing one answers the write, which changes nothing.
    """

    write: Write
    id: str | None
    held: tuple[Held, ...]
    found: bool = False

    @property
    def current(self) -> Held | None:
        """The version that the client sees; None where it sees none, or a deletion."""
        return next((held for held in self.held if held.audience != CODED and not held.deleted), None)


@dataclass(frozen=True, slots=True)
class Looking:
    """What a search for a resource depends on. seq: the newest change; base: our own address."""

    connection: Connection
    seq: int
    caller: Caller
    base: str
    now: datetime
    new_id: Callable[[], str]

    def find(self, type_: str, condition: str, place: str, release: int = 4) -> list[str]:
        """Ids of at most two resources that meet a condition, in the names of a release. Fault where it is none."""
        # Some clients send the whole search, type and question mark included.
        pairs = parse_qsl(condition.removeprefix(type_).removeprefix("?"), keep_blank_values=True)
        query = read_query(Asker(self.base, self.now, release), type_, pairs, lenient=False)
        if not query.criteria or len(query.asked) != len(pairs) or query.sort or query.includes:
            issue = Issue(place, "value", "a condition holds search parameters, and nothing else", "name=value")
            raise Fault(Category.MALFORMED, issue.message, (issue,))
        question = Question(type_, self.seq, self.caller, tuple(query.criteria))
        rows = pages.page(self.connection, question, None, 2).ids
        return [document.id for document in pages.read(self.connection, rows)]


def resolve(looking: Looking, writes: list[Write]) -> list[Target]:
    """The target of each write, in their order. Fault where one may not be done."""
    found = [_find(looking, write) for write in writes]
    held = held_by_names(looking.connection, {(write.type, id_) for write, id_, _ in found if id_ is not None})
    targets = [
        Target(write, id_, tuple(held.get((write.type, id_ or ""), ())), existing) for write, id_, existing in found
    ]
    _refuse_twice(targets)
    for target in targets:
        _check(target)
    return targets


def _find(looking: Looking, write: Write) -> tuple[Write, str | None, bool]:
    """(write, id, whether it found an existing resource that it leaves as it is)."""
    if write.condition is None:
        return write, write.id or looking.new_id(), False
    matches = looking.find(write.type, write.condition, write.place, write.release)
    if len(matches) > 1:
        raise _fault(write, Category.PRECONDITION, "multiple-matches", "several resources meet the condition")
    if write.method == "DELETE":
        return write, matches[0] if matches else None, False
    if write.method == "POST":
        return write, matches[0] if matches else looking.new_id(), bool(matches)
    return write, _updated(looking, write, matches), False


def _updated(looking: Looking, write: Write, matches: list[str]) -> str:
    """The id of a conditional update: the match, else the one in the body, else a new one."""
    own = write.body.get("id") if write.body else None
    if not matches:
        return own or looking.new_id()
    if own not in (None, matches[0]):
        raise _fault(write, Category.MALFORMED, "value", "the id is not that of the resource that meets the condition")
    return matches[0]


def _refuse_twice(targets: list[Target]) -> None:
    """https://hl7.org/fhir/R4/http.html#trules: no resource may be written twice in one transaction."""
    seen: set[tuple[str, str | None]] = set()
    for target in targets:
        name = (target.write.type, target.id)
        if name in seen and target.id is not None and not target.found:
            raise _fault(target.write, Category.MALFORMED, "duplicate", "the resource is written twice")
        seen.add(name)


def _check(target: Target) -> None:
    write, current = target.write, target.current
    if write.if_match is not None and (
        current is None or current.version not in (write.if_match or (current.version,))
    ):
        raise _fault(write, Category.PRECONDITION, "conflict", "another version is current now")
    if write.if_none_match and current is not None:
        raise _fault(write, Category.PRECONDITION, "conflict", "the resource exists already")


def _fault(write: Write, category: Category, code: str, message: str) -> Fault:
    return Fault(category, message, (Issue(write.place, code, message),))
