"""Provenance: read and found among the changes of the record.

docs/fhir-operations.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.encode import to_json
from app.interop.fhir.provenance import write_provenance
from app.interop.fhir.search.parameters import references_to
from app.interop.fhir.urls import SITE
from app.services.context import Services
from app.services.search.criteria import Asker, criteria
from app.services.search.faults import Unknown, refused
from app.services.search.query import MOST_COUNT, USUAL_COUNT, Pairs
from app.services.search.token import Place, page_key, read_token, write_token
from app.services.search.values import plain, split
from app.storage import counter, provenance
from app.storage.documents import Document
from app.storage.provenance import Asked, Change, Named
from app.storage.records import chunks
from app.storage.search.criteria import Written
from app.storage.visibility import Caller

CONTROLS = ("_count", "_sort", "_total", "_summary", "_elements", "_format", "_pretty", "_page")
_NAMED = re.compile(r"(?:([A-Za-z]{1,64})/)?([A-Za-z0-9.-]{1,64})(?:/_history/(\d{1,9}))?", re.ASCII)
_SORTS = {"recorded": False, "_lastUpdated": False, "_id": False}


@dataclass(slots=True)
class Query:
    """A search as it was asked. asked: the parameters that count, as written; ignored: those left out, and why."""

    wanted: Asked
    count: int = USUAL_COUNT
    counted: bool = False
    page: str | None = None
    asked: Pairs = field(default_factory=list)
    ignored: list[Issue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """One page: the numbers of the changes, how many there are in all where that is known, and where it goes on."""

    seqs: list[int]
    total: int | None
    token: str | None


def read(services: Services, caller: Caller, identifier: str, release: int) -> Document:
    """The Provenance of one change. Fault NOT_FOUND."""
    found = next(documents(services, caller, [_id("", identifier)], release))
    if not found or found[0].id != identifier:
        raise Fault(Category.NOT_FOUND, "no such Provenance")
    return found[0]


def documents(services: Services, caller: Caller, seqs: list[int], release: int) -> Iterator[list[Document]]:
    """The Provenances of changes in their order, some hundreds at a time, each in a short read of its own."""
    for part in chunks(seqs):
        with services.database.read.connect() as connection:
            yield [_document(change, release) for change in provenance.changes(connection, caller, part)]


def _document(change: Change, release: int) -> Document:
    origin = (change.study, change.site)
    body = write_provenance(change.seq, change.at, origin, change.status, change.targets, release)
    return Document("Provenance", str(change.seq), 1, change.at, False, to_json(body), release)


def search(services: Services, query: Query) -> Found:
    """The page that a query asks for, on the snapshot of the first one."""
    with services.database.read.connect() as connection:
        key, text = page_key(connection), f"Provenance?{urlencode(query.asked)}"
        place = None if query.page is None else read_token(key, text, query.page)
        wanted = replace(query.wanted, seq=counter.latest(connection).seq if place is None else place.seq)
        total = provenance.total(connection, wanted) if query.counted or query.count == 0 else None
        if query.count == 0:
            return Found([], total, None)
        seqs, more = provenance.page(connection, wanted, place.last if place else None, query.count)
        token = write_token(key, text, Place(wanted.seq, seqs[-1])) if more else None
        whole = len(seqs) if place is None and not more else None
        return Found(seqs, whole if total is None else total, token)


def read_query(asker: Asker, caller: Caller, pairs: Pairs, lenient: bool) -> Query:
    """The search behind parameters. Fault MALFORMED for what cannot be answered; lenient: unknown ones are left out."""
    query = Query(Asked(0, caller, links=references_to("Patient")))
    for name, text in pairs:
        try:
            _take(asker, query, name, text)
        except Unknown as error:
            if not lenient:
                raise error.fault() from None
            query.ignored.append(error.issue)
        else:
            if name not in ("_format", "_pretty", "_page"):
                query.asked.append((name, text))
    return query


def _take(asker: Asker, query: Query, name: str, text: str) -> None:
    if name in CONTROLS:
        _control(query, name, text)
        return
    if name in ("recorded", "_lastUpdated"):  # a change is recorded when its versions are written
        [when] = criteria(asker, "Patient", "_lastUpdated", text)
        assert isinstance(when, Written)  # the name says so
        query.wanted = replace(query.wanted, times=(*query.wanted.times, when))
        return
    if name not in _CRITERIA:
        raise Unknown(name, ["_lastUpdated", "recorded", *_CRITERIA, *CONTROLS])
    element, alternative = _CRITERIA[name]
    parts = [part.removeprefix(f"{asker.base}/") for part in split(text, ",") if part]
    if not parts:
        raise refused(name, "a search parameter needs a value")
    groups = (*getattr(query.wanted, element), tuple(alternative(name, part) for part in parts))
    changed: Any = {element: groups}
    query.wanted = replace(query.wanted, **changed)


def _id(name: str, text: str) -> int:
    """What is no number is no change."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _named(name: str, text: str) -> Named:
    found = _NAMED.fullmatch(plain(text))
    if found is None:
        raise refused(name, "not a reference", "[type]/[id], or [type]/[id]/_history/[version]")
    return Named(found[1], found[2], int(found[3]) if found[3] else None)


def _patient(name: str, text: str) -> str:
    return _named(name, text.removeprefix("Patient/")).id


def _site(name: str, text: str) -> tuple[str, str]:
    system, bar, value = text.rpartition("|")
    study, slash, site = plain(value).partition("/")
    if not slash or (bar and plain(system) != SITE):
        raise refused(name, "not the identifier of a site", f"{SITE}|[study]/[site]")
    return study, site


_CRITERIA: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "_id": ("ids", _id),
    "agent:identifier": ("sites", _site),
    "patient": ("patients", _patient),
    "target": ("targets", _named),
}


def _control(query: Query, name: str, text: str) -> None:
    if name == "_count":
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise refused(name, "must be a whole number", f"0 to {MOST_COUNT}; a greater one is read as {MOST_COUNT}")
        query.count = min(int(text), MOST_COUNT)
    elif name == "_sort":
        if text.removeprefix("-") not in _SORTS:
            raise refused(name, "cannot be sorted by", ", ".join(_SORTS))
        query.wanted = replace(query.wanted, newest_first=text.startswith("-"))
    elif name == "_total":
        if text not in ("none", "estimate", "accurate"):
            raise refused(name, "no such choice", "none, estimate, accurate")
        query.counted = text != "none"
    elif name == "_page":
        query.page = text
    elif (name, text) == ("_summary", "count"):
        query.count = 0
