"""Provenance: read and search. It is made of the changes that the service has kept, and never written by a client.

https://hl7.org/fhir/R4/provenance.html
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import PARTS, base, document, form, lenient, only, streamed, tools
from app.api.fhir.caller import caller
from app.api.fhir.head import with_head
from app.api.fhir.media_type import release
from app.api.fhir.searching import posted
from app.domain.errors import Category, Fault, Issue
from app.interop.fhir import bundle
from app.interop.fhir.outcome import warnings
from app.services import provenance
from app.services.provenance import Found, Query
from app.services.search.criteria import Asker
from app.services.search.query import Pairs


async def read(request: Request) -> Response:
    """The Provenance of one change."""
    written = release(request)
    only(request, *PARTS)
    asked = (caller(request), request.path_params["id"], written)
    return document(await run_in_threadpool(provenance.read, tools(request), *asked), request)


async def search(request: Request) -> Response:
    """The changes that meet the parameters of the address, page after page on one snapshot."""
    return await _search(request, request.query_params.multi_items())


async def search_by_post(request: Request) -> Response:
    """The changes that meet the parameters of the body and the address."""
    return await _search(request, await posted(request))


async def _search(request: Request, pairs: Pairs) -> Response:
    written, services = release(request), tools(request)
    asker = Asker(base(request), services.clock())
    query = provenance.read_query(asker, caller(request), pairs, lenient(request))
    found = await run_in_threadpool(provenance.search, services, query)
    return streamed(request, _bundle(request, query, found, written))


def _bundle(request: Request, query: Query, found: Found, written: int) -> Iterator[bytes]:
    yield bundle.head(found.total, _links(request, query, found))
    address, joint = base(request).encode(), bundle.FIRST
    for documents in provenance.documents(tools(request), query.wanted.caller, found.seqs, written):
        part = form(request, "Provenance")
        bodies = [(one.id, part.of(one.type, one.release, one.body)) for one in documents]
        yield joint + bundle.NEXT.join(
            bundle.entry(address, f"Provenance/{id_}".encode(), body) for id_, body in bodies
        )
        joint = bundle.NEXT
    if query.ignored:
        yield bundle.said(warnings(query.ignored), joint is bundle.FIRST, written)
    else:
        yield bundle.EMPTY_TAIL if joint is bundle.FIRST else bundle.TAIL


def _links(request: Request, query: Query, found: Found) -> list[tuple[str, str]]:
    links = [("self", _link(request, query.asked))]
    if found.token is not None:
        links.append(("next", _link(request, [*query.asked, ("_page", found.token)])))
    return links


def _link(request: Request, pairs: Pairs) -> str:
    address = f"{base(request)}/Provenance"
    return f"{address}?{urlencode(pairs, safe=',:/|', quote_via=quote)}" if pairs else address


async def refuse(request: Request) -> Response:
    """A client's write."""
    issue = Issue("", "not-supported", "Provenance is made by the service, of every change that it keeps", "GET")
    raise Fault(Category.NOT_ALLOWED, issue.message, (issue,))


WRITES = ["POST", "PUT", "PATCH", "DELETE"]
# Before the routes of all types: there Provenance is unknown.
ROUTES = [
    Route("/Provenance/_search", search_by_post, methods=["POST"]),
    Route("/Provenance/_search", with_head(search), methods=["GET"]),
    Route("/Provenance/{id}", with_head(read), methods=["GET"]),
    Route("/Provenance/{id}", refuse, methods=WRITES),
    Route("/Provenance", with_head(search), methods=["GET"]),
    Route("/Provenance", refuse, methods=WRITES),
]
