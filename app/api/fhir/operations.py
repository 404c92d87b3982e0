"""metadata and `$everything`.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from app.api.fhir.answers import base, negotiate, only, place, reply, streamed, tools
from app.api.fhir.media_type import release as wanted
from app.domain.errors import Category, Fault, bad_parameter
from app.interop.fhir.capability import capability_statement
from app.interop.fhir.structure import MODELS
from app.services import release
from app.services.release import Page
from app.version import RELEASED, VERSION

OPERATES_ON = ("ResearchStudy", "ResearchSubject")
MOST = 10_000


async def metadata(request: Request) -> Response:
    """The CapabilityStatement."""
    negotiate(request)
    only(request)
    return reply(request, capability_statement(base(request), VERSION, RELEASED, wanted(request)))


async def everything(request: Request) -> Response:
    """All resources of a study or of a subject, paged and streamed."""
    negotiate(request)
    only(request, "_count", "_type", "_page")
    if request.path_params["type"] not in OPERATES_ON:
        raise Fault(Category.NOT_FOUND, f"$everything is offered on {' and '.join(OPERATES_ON)}")
    found = await run_in_threadpool(_page, request)
    links = [("self", str(request.url))]
    if found.next_token is not None:
        links.append(("next", str(request.url.include_query_params(_page=found.next_token))))
    return streamed(request, release.stream(tools(request), found, base(request), links, wanted(request)))


def _page(request: Request) -> Page:
    services, query = tools(request), request.query_params
    with services.database.read.connect() as connection:
        question = release.everything(connection, *place(request), _types(query))
        return release.page(connection, question, _count(query, services.settings.page_size), query.get("_page"))


def _count(query: QueryParams, default: int) -> int:
    text = query.get("_count")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0):
        raise bad_parameter("_count", f"a whole number from 1; more than {MOST} is read as {MOST}")
    return min(int(text), MOST)


def _types(query: QueryParams) -> tuple[str, ...]:
    text = query.get("_type")
    types = tuple(text.split(",")) if text else ()
    if not set(types) <= set(MODELS):
        raise bad_parameter("_type", ", ".join(sorted(MODELS)))
    return types
