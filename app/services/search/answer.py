"""A search answered: one page and what belongs to it, then the Bundle in pieces.

https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from app.domain.errors import Issue
from app.interop.fhir import bundle
from app.interop.fhir.form import Form
from app.interop.fhir.outcome import warnings
from app.services import provenance
from app.services.context import Services
from app.services.search.includes import changes, included
from app.services.search.query import LOOKS, Pairs, Query
from app.services.search.token import Place, page_key, read_token, write_token
from app.storage import counter
from app.storage.documents import Document
from app.storage.search import pages
from app.storage.search.conditions import View
from app.storage.search.pages import Found, Question
from app.storage.visibility import Caller


@dataclass(frozen=True, slots=True)
class Answer:
    """One page: row ids of matches and of what belongs to them, the number of matches where known, and links.

    changes: those of which the Provenance belongs to it.
    """

    query: Query
    matches: list[int]
    included: list[int]
    total: int | None
    links: list[tuple[str, str]]
    warnings: list[Issue]
    changes: list[int] = field(default_factory=list)


def answer(services: Services, query: Query, caller: Caller, base: str) -> Answer:
    """The page that a query asks for. caller: who asks; base: our own address without a trailing slash."""
    with services.database.read.connect() as connection:
        key = page_key(connection)
        address = f"{base}/{query.type}"
        search = f"{query.type}?{urlencode([pair for pair in query.asked if pair[0] not in LOOKS])}"
        place = None if query.page is None else read_token(key, search, query.page)
        seq = counter.latest(connection).seq if place is None else place.seq
        question = Question(query.type, seq, caller, tuple(query.criteria), tuple(query.sort))
        links = [("self", link(address, query.asked))]
        if query.only_count:
            return Answer(query, [], [], pages.total(connection, question), links, query.ignored)
        found = pages.page(connection, question, place.last if place else None, query.count)
        if found.more:
            token = write_token(key, search, Place(seq, found.ids[-1]))
            links += [("first", link(address, query.asked)), ("next", link(address, query.asked, token))]
        total = _total(query, found, place) if query.total not in ("accurate", "estimate") else None
        if query.total in ("accurate", "estimate"):
            total = pages.total(connection, question)
        view = View(seq, caller)
        others, cut = included(connection, view, query.type, found.ids, query.includes)
        made, more = changes(connection, view, found.ids) if query.provenance else ([], [])
        return Answer(query, found.ids, others, total, links, [*query.ignored, *cut, *more], made)


def _total(query: Query, found: Found, place: Place | None) -> int | None:
    """Counting costs as much as finding all, so it is done when asked for; what fits on one page is known anyway."""
    return len(found.ids) if place is None and not found.more and query.total is None else None


def link(address: str, asked: Pairs, token: str | None = None) -> str:
    """An address with its parameters, and the token of a page of it."""
    pairs = asked if token is None else [*asked, ("_page", token)]
    return f"{address}?{urlencode(pairs, safe=',:/|', quote_via=quote)}" if pairs else address


def stream(services: Services, found: Answer, caller: Caller, base: str, release: int = 4) -> Iterator[bytes]:
    """The Bundle of an answer in pieces; a version never changes, so each is read when its turn comes.

    release: of FHIR, that it is written in.
    """
    yield bundle.head(found.total, found.links)
    address, joint, form = base.encode(), bundle.FIRST, Form(release, found.query.subset)
    for ids, mode in ((found.matches, "match"), (found.included, "include")):
        for documents in pages.documents(services.database.read, ids):
            yield joint + bundle.NEXT.join(_entry(address, document, mode, form) for document in documents)
            joint = bundle.NEXT
    for documents in provenance.documents(services, caller, found.changes, release):
        yield joint + bundle.NEXT.join(_entry(address, document, "include", form) for document in documents)
        joint = bundle.NEXT
    if found.warnings:
        yield bundle.said(warnings(found.warnings), joint is bundle.FIRST, release)
    else:
        yield bundle.EMPTY_TAIL if joint is bundle.FIRST else bundle.TAIL


def _entry(address: bytes, document: Document, mode: str, form: Form) -> bytes:
    body = form.of(document.type, document.release, document.body)
    return bundle.entry(address, f"{document.type}/{document.id}".encode(), body, mode)
