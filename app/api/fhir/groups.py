"""Group: read and search.

https://hl7.org/fhir/R4/group.html
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import PARTS, base, document, form, lenient, negotiate, only, reply, tools
from app.api.fhir.caller import caller
from app.api.fhir.head import with_head
from app.interop.fhir import bundle
from app.interop.fhir.outcome import warnings
from app.services import groups

_LOOKS = ("_format", "_pretty", *PARTS)


async def read(request: Request) -> Response:
    """The cohort of a study, as it is now."""
    negotiate(request)
    only(request, *PARTS)
    found = await run_in_threadpool(groups.read, tools(request), caller(request), request.path_params["id"])
    return document(found, request)


async def search(request: Request) -> Response:
    """The Groups that fit, all on one page."""
    negotiate(request)
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] not in _LOOKS]
    found, ignored = await run_in_threadpool(groups.search, tools(request), caller(request), pairs, lenient(request))
    wanted, address = form(request, "Group"), base(request).encode()
    entries = [bundle.entry(address, f"Group/{one.id}".encode(), wanted.of("Group", 4, one.body)) for one in found]
    head = bundle.head(len(found), [("self", str(request.url))])
    listed = bundle.FIRST + bundle.NEXT.join(entries) if entries else b""
    if ignored:
        return reply(request, head + listed + bundle.said(warnings(ignored), not entries, wanted.release))
    return reply(request, head + listed + (bundle.TAIL if entries else bundle.EMPTY_TAIL))


ROUTES = [
    Route("/Group/{id}", with_head(read), methods=["GET"]),
    Route("/Group", with_head(search), methods=["GET"]),
]
