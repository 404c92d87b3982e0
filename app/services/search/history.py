"""Histories: of one resource, of a type, of everything; newest first, page after page on one snapshot.

https://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.domain.errors import Category, Fault
from app.services import release
from app.services.context import Services
from app.services.search.token import Place, page_key, read_token, write_token
from app.storage import counter
from app.storage.search import history, pages
from app.storage.search.history import Feed


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a history. path: under our own address, such as Patient/_history."""

    path: str
    feed: Feed
    count: int
    page: str | None
    parameters: tuple[tuple[str, str], ...]


def page(services: Services, asked: Asked, base: str, written: int = 4) -> bytes:
    """The history Bundle in a release of FHIR. Fault NOT_FOUND for a resource that never was."""
    with services.database.read.connect() as connection:
        key, search = page_key(connection), f"{asked.path}?{urlencode(asked.parameters)}"
        place = None if asked.page is None else read_token(key, search, asked.page)
        seq = counter.latest(connection).seq if place is None else place.seq
        feed = replace(asked.feed, seq=seq)
        found = history.page(connection, feed, place.last if place else None, asked.count)
        if feed.id is not None and not found.ids and not history.exists(connection, feed):
            raise Fault(Category.NOT_FOUND, "no such resource")
        links = [("self", _link(base, asked, asked.page))]
        if found.more:
            links.append(("next", _link(base, asked, write_token(key, search, Place(seq, found.ids[-1])))))
        documents = [document for part in _chunks(found.ids) for document in pages.read(connection, part)]
        total = history.total(connection, feed) if feed.id is not None else None
    return release.history(documents, base, links, total, written)


def _chunks(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + 400] for start in range(0, len(ids), 400)]


def _link(base: str, asked: Asked, token: str | None) -> str:
    pairs = [*asked.parameters, *([("_page", token)] if token else [])]
    return f"{base}/{asked.path}?{urlencode(pairs)}" if pairs else f"{base}/{asked.path}"
