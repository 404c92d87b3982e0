"""Resources on their way out: bytes as stored, in Bundles that are streamed.

https://hl7.org/fhir/R4/patient-operation-everything.html (the same idea for ResearchStudy and ResearchSubject)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, bad_parameter
from app.endpoints.event import FOREVER
from app.interop.fhir import bundle
from app.interop.fhir.form import in_release
from app.services.context import Services
from app.storage import counter, documents, studies
from app.storage.documents import Document, Everything


@dataclass(frozen=True)
class Page:
    """One page of an `$everything`: its question, where it begins and ends, and what follows."""

    question: Everything
    total: int
    after: int
    last: int
    next_token: str | None


def everything(connection: Connection, type_: str, identifier: str, types: tuple[str, ...]) -> Everything:
    """The question of `ResearchStudy/{id}/$everything` or `ResearchSubject/{id}/$everything`, as of now."""
    seq = counter.latest(connection).seq
    if type_ == "ResearchStudy":
        study = studies.find_by_resource(connection, identifier)
        if study is None:
            raise Fault(Category.NOT_FOUND, "no such ResearchStudy")
        return Everything(seq, study=study.name, types=types)
    found = studies.subject_by_resource(connection, identifier)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such ResearchSubject")
    return Everything(seq, subject=found[1].id, types=types)


def page(connection: Connection, question: Everything, size: int, token: str | None) -> Page:
    """The page at `token` (the first without one); later pages keep the first one's snapshot."""
    after = 0
    if token is not None:
        seq, after = _read_token(token)
        if seq > question.seq:
            raise bad_parameter("_page", "a token from a `next` link of this service")
        question = replace(question, seq=seq)
    total = documents.count(connection, question)
    whole = token is None and total <= size
    last, more = (FOREVER, False) if whole else documents.page_end(connection, question, after, size)
    return Page(question, total, after, last, f"{question.seq}-{last}" if more else None)


def _read_token(token: str) -> tuple[int, int]:
    seq, dash, after = token.partition("-")
    if not (dash and _is_number(seq) and _is_number(after)):
        raise bad_parameter("_page", "a token from a `next` link of this service")
    return int(seq), int(after)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def stream(
    services: Services, found: Page, base: str, links: list[tuple[str, str]], written: int = 4
) -> Iterator[bytes]:
    """The Bundle of a page in pieces of some hundreds of resources, each read on its own; written: in this release."""
    yield bundle.head(found.total, links)
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
