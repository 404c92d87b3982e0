"""metadata, and the same statement as a resource.

https://hl7.org/fhir/R4/http.html#capabilities
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import base, negotiate, only, reply
from app.api.fhir.head import with_head
from app.api.fhir.media_type import release
from app.domain.errors import Category, Fault
from app.interop import jsontext
from app.interop.fhir import bundle
from app.interop.fhir.capability import STATEMENT, capability_statement
from app.interop.fhir.definitions.search import found, searches
from app.version import RELEASED, VERSION

_TYPE = "CapabilityStatement"


async def metadata(request: Request) -> Response:
    """The CapabilityStatement."""
    negotiate(request)
    only(request)
    return reply(request, _statement(request))


async def read(request: Request) -> Response:
    """The statement by its id."""
    if request.path_params["id"] != STATEMENT:
        raise Fault(Category.NOT_FOUND, "no such resource")
    return await metadata(request)


async def search(request: Request) -> Response:
    """The one statement, where it meets the parameters."""
    negotiate(request)
    only(request, *searches(_TYPE))
    asked = [(name, text) for name, text in request.query_params.multi_items() if name in searches(_TYPE)]
    matches = found([jsontext.parse(_statement(request))], _TYPE, asked)
    head = bundle.head(len(matches), [("self", str(request.url))])
    if not matches:
        return reply(request, head + bundle.EMPTY_TAIL)
    entry = bundle.entry(base(request).encode(), f"{_TYPE}/{STATEMENT}".encode(), _statement(request))
    return reply(request, head + bundle.FIRST + entry + bundle.TAIL)


def _statement(request: Request) -> bytes:
    return capability_statement(base(request), VERSION, RELEASED, release(request))


ROUTES = [
    Route("/metadata", with_head(metadata), methods=["GET"]),
    Route(f"/{_TYPE}/{{id}}", with_head(read), methods=["GET"]),
    Route(f"/{_TYPE}", with_head(search), methods=["GET"]),
]
