"""Search by GET and by POST, and histories.

https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.api.fhir.answers import base, lenient, negotiate, only, place, reply, streamed, tools
from app.api.fhir.caller import caller
from app.api.fhir.media_type import release
from app.domain.errors import Category, Fault
from app.interop.fhir.structure import MODELS
from app.services.search import answer, history
from app.services.search.criteria import Asker, since, span
from app.services.search.faults import refused
from app.services.search.history import Asked
from app.services.search.query import MOST_CHARACTERS, MOST_COUNT, USUAL_COUNT, Pairs, read_query
from app.storage.search.history import Feed

FORM = "application/x-www-form-urlencoded"


async def search(request: Request) -> Response:
    """A search by the parameters of the address."""
    negotiate(request)
    return await _search(request, request.query_params.multi_items())


async def search_by_post(request: Request) -> Response:
    """A search by the parameters of the body and the address; its further pages are addresses."""
    negotiate(request)
    return await _search(request, await posted(request))


async def posted(request: Request) -> Pairs:
    """The parameters of a search by POST: those of the address, then those of the form."""
    kind = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    body = await request.body()
    if kind != FORM and body:
        raise Fault(Category.UNSUPPORTED_MEDIA, f"a search is sent as {FORM}")
    if len(body) > 3 * MOST_CHARACTERS:
        raise Fault(Category.TOO_LARGE, "the search is too long")
    return [*request.query_params.multi_items(), *_form(body)]


def _form(body: bytes) -> Pairs:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True)
    except UnicodeDecodeError:
        raise Fault(Category.MALFORMED, "the search is not UTF-8") from None


async def _search(request: Request, pairs: Pairs) -> Response:
    services, address = tools(request), base(request)
    asker = Asker(address, services.clock(), release(request))
    query = read_query(asker, _type(request), pairs, lenient(request))
    who = caller(request)
    found = await run_in_threadpool(answer.answer, services, query, who, address)
    return streamed(request, answer.stream(services, found, who, address, asker.release))


def _type(request: Request) -> str:
    type_: str = request.path_params["type"]
    if type_ not in MODELS:
        raise Fault(Category.NOT_FOUND, "no such resource type")
    return type_


async def instance_history(request: Request) -> Response:
    """Every version of a resource, newest first."""
    type_, identifier = place(request)
    return await _history(request, f"{type_}/{identifier}/_history", type_, identifier)


async def type_history(request: Request) -> Response:
    """Every version of the resources of a type, newest first."""
    type_ = _type(request)
    return await _history(request, f"{type_}/_history", type_, None)


async def system_history(request: Request) -> Response:
    """Every version of every resource, newest first."""
    return await _history(request, "_history", None, None)


async def _history(request: Request, path: str, type_: str | None, identifier: str | None) -> Response:
    negotiate(request)
    only(request, "_at", "_count", "_since", "_page")
    query = request.query_params
    start = since("_since", query["_since"]) if "_since" in query else None
    at = span("_at", query["_at"]) if "_at" in query else None
    kept = tuple((name, query[name]) for name in ("_at", "_count", "_since") if name in query)
    feed = Feed(0, caller(request), type_, identifier, start, at)
    asked = Asked(path, feed, _count(query.get("_count")), query.get("_page"), kept)
    return reply(request, await run_in_threadpool(history.page, tools(request), asked, base(request), release(request)))


def _count(text: str | None) -> int:
    if text is None:
        return USUAL_COUNT
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0):
        raise refused("_count", "must be a whole number", f"from 1; more than {MOST_COUNT} is read as {MOST_COUNT}")
    return min(int(text), MOST_COUNT)
