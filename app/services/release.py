"""Resources on their way out: bytes as stored, in Bundles that are streamed.

https://hl7.org/fhir/R4/patient-operation-everything.html (the same idea for ResearchStudy and ResearchSubject)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from app.interop.fhir import bundle
from app.interop.fhir.form import in_release
from app.interop.fhir.search.parameters import references_to
from app.services.context import Services
from app.services.search.token import Place, page_key, read_token, write_token
from app.services.standing import standing
from app.storage import counter, documents, studies
from app.storage.documents import Document, Everything
from app.storage.visibility import Caller


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of an `$everything`, as it is asked for. parameters: those that count, as written, without the token."""

    type: str
    id: str
    caller: Caller
    types: tuple[str, ...]
    since: str | None
    until: str | None
    count: int
    page: str | None
    total: bool
    parameters: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """Under our own address."""
        return f"{self.type}/{self.id}/$everything"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an `$everything`: its question, where it begins and ends, links; total: of all pages, where known."""

    question: Everything
    total: int | None
    after: int
    last: int
    links: list[tuple[str, str]]


def everything(services: Services, asked: Asked, base: str) -> Page:
    """The page that is asked for; the first one without a token. Faults NOT_FOUND and GONE for the resource."""
    with services.database.read.connect() as connection:
        key, search = page_key(connection), f"{asked.path}?{urlencode(asked.parameters)}"
        place = None if asked.page is None else read_token(key, search, asked.page)
        question = _question(connection, asked, counter.latest(connection).seq if place is None else place.seq)
        after = place.last if place else 0
        last, more = documents.page_end(connection, question, after, asked.count)
        # Counting goes through all that there is, so it is done when asked for; one page alone is soon counted.
        counted = asked.total or (place is None and not more)
        total = documents.count(connection, question) if counted else None
        links = [("self", _link(base, asked, asked.page))]
        if more:
            links.append(("next", _link(base, asked, write_token(key, search, Place(question.seq, last)))))
    return Page(question, total, after, last, links)


def _question(connection: Connection, asked: Asked, seq: int) -> Everything:
    standing(connection, asked.type, asked.id, asked.caller)
    kept = Everything(seq, asked.caller, types=asked.types, since=asked.since, until=asked.until)
    if asked.type == "ResearchStudy" and (study := studies.find_by_resource(connection, asked.id)) is not None:
        return replace(kept, study=study.name)
    if (subject := studies.subject_by_resource(connection, asked.type, asked.id)) is not None:
        return replace(kept, subject=subject[1].id)
    return replace(kept, alone=(asked.type, asked.id, references_to(asked.type)))


def _link(base: str, asked: Asked, token: str | None) -> str:
    pairs = [*asked.parameters, *([("_page", token)] if token else [])]
    return f"{base}/{asked.path}?{urlencode(pairs)}" if pairs else f"{base}/{asked.path}"


def stream(services: Services, found: Page, base: str, written: int = 4) -> Iterator[bytes]:
    """The Bundle of a page in pieces of some hundreds of resources, each read on its own; written: in this release."""
    yield bundle.head(found.total, found.links)
    joint = bundle.FIRST
    address = base.encode()
    for rows in documents.stream(services.database.read, found.question, found.after, found.last):
        entries = [_entry(address, row, written) for row in rows]
        yield joint + bundle.NEXT.join(entries)
        joint = bundle.NEXT
    yield bundle.EMPTY_TAIL if joint is bundle.FIRST else bundle.TAIL


def _entry(address: bytes, row: Any, written: int) -> bytes:
    body = in_release(written, row[1], row[4], bytes(row[3]))
    return bundle.entry(address, f"{row[1]}/{row[2]}".encode(), body)


def history(
    found: list[Document], base: str, links: list[tuple[str, str]], total: int | None, written: int = 4
) -> bytes:
    """A history Bundle, newest first. total: of all of its pages, where known; written: in this release of FHIR."""
    entries = [_history_entry(document, base.encode(), written) for document in found]
    head = bundle.head(total, links, "history")
    return head + bundle.FIRST + bundle.NEXT.join(entries) + bundle.TAIL if entries else head + bundle.EMPTY_TAIL


def _history_entry(document: Document, base: bytes, written: int) -> bytes:
    method = "DELETE" if document.deleted else "POST" if document.version == 1 else "PUT"
    return bundle.history_entry(
        base,
        f"{document.type}/{document.id}".encode(),
        str(document.version).encode(),
        document.updated.encode(),
        method,
        None if document.deleted else in_release(written, document.type, document.release, document.body),
    )
