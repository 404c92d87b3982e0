"""ViewDefinition: the shipped views, and `$run` of any view.

https://sql-on-fhir.org/ig/operations-run.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from app.api.csv import cell
from app.api.fhir.answers import base, negotiate, only, tools
from app.api.fhir.bodies import parsed
from app.api.fhir.caller import caller
from app.api.fhir.media_type import FHIR_JSON
from app.api.negotiation import negotiate as choose
from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.interop.fhir import bundle
from app.interop.fhir.encode import to_json
from app.interop.viewdefinition import formats, parquet, shipped
from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.parameters import IN_QUERY, Asked, asked
from app.services import views

_MEDIA_TYPES = {name: media.partition(";")[0] for name, media in formats.MEDIA_TYPES.items()}


async def search(request: Request) -> Response:
    """Every shipped ViewDefinition, as a searchset."""
    negotiate(request)
    only(request)
    address = base(request).encode()
    entries = [
        bundle.entry(address, f"ViewDefinition/{name}".encode(), to_json(view))
        for name, view in shipped.views().items()
    ]
    head = bundle.head(len(entries), [("self", str(request.url))])
    return Response(head + bundle.FIRST + bundle.NEXT.join(entries) + bundle.TAIL, media_type=FHIR_JSON)


async def read(request: Request) -> Response:
    """One shipped ViewDefinition."""
    negotiate(request)
    only(request)
    return Response(to_json(views.find(request.path_params["id"])), media_type=FHIR_JSON)


async def run(request: Request) -> Response:
    """The rows of the view in the request."""
    only(request, *IN_QUERY)
    return await _run(request, asked(await parsed(request), request.query_params.multi_items()))


async def run_shipped(request: Request) -> Response:
    """The rows of one shipped view."""
    only(request, *IN_QUERY)
    identifier = request.path_params["id"]
    views.find(identifier)
    body = await parsed(request) if request.method == "POST" else None
    here = [("viewReference", f"ViewDefinition/{identifier}"), *request.query_params.multi_items()]
    return await _run(request, asked(body, here))


def _format(request: Request, question: Asked) -> str:
    """The format asked for by name or media type; without a word of it the one that `Accept` prefers."""
    if question.format is None:
        return choose(request, _MEDIA_TYPES, None)
    # A '+' in a query string is a blank.
    wanted = question.format.partition(";")[0].strip().lower()
    names = {**{name: name for name in _MEDIA_TYPES}, **{media: name for name, media in _MEDIA_TYPES.items()}}
    if wanted not in names:
        raise bad_parameter("_format", ", ".join(_MEDIA_TYPES))
    return names[wanted]


async def _run(request: Request, question: Asked) -> Response:
    """The answer begins when the first rows are there: until then whatever is wrong is an OperationOutcome."""
    format_ = _format(request, question)
    pieces = await run_in_threadpool(_begun, request, question, format_)
    return StreamingResponse(pieces, media_type=formats.MEDIA_TYPES[format_], headers={"Vary": "Accept"})


def _begun(request: Request, question: Asked, format_: str) -> Iterator[bytes]:
    """The pieces of the answer, the first of them made."""
    found = views.table(question)
    rows = views.rows(tools(request).database.read, found, question, caller(request))
    try:
        pieces = formats.encode(format_, found, rows, cell, question.header)
        first = next(pieces, b"")
    except ViewError as error:
        raise views.fault(error) from None
    except parquet.Unavailable as error:
        issue = Issue("_format", "not-supported", str(error), "json, ndjson, csv")
        raise Fault(Category.NOT_ACCEPTABLE, issue.message, (issue,)) from None
    return chain([first], pieces)


# Before the routes of all types: there a ViewDefinition is unknown.
ROUTES = [
    Route("/ViewDefinition/$run", run, methods=["GET", "POST"]),
    Route("/ViewDefinition/{id}/$run", run_shipped, methods=["GET", "POST"]),
    Route("/ViewDefinition/{id}", read, methods=["GET"]),
    Route("/ViewDefinition", search, methods=["GET"]),
]
