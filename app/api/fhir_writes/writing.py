"""create, update, patch and delete, also conditional ones.

https://hl7.org/fhir/R4/http.html#create
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import base, negotiate, only, place, tools
from app.api.fhir.bodies import parsed
from app.api.fhir.caller import caller
from app.api.fhir.media_type import written_in
from app.api.fhir_writes.incoming import checked, if_match, if_none_match
from app.api.fhir_writes.patching import JSON_PATCH, patched
from app.api.fhir_writes.preferred import answer
from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.structure import MODELS
from app.services.writing.request import Write, Written
from app.services.writing.submit import current, find, submit
from app.storage.documents import Document

# Between the reading of a resource and the writing of its patched form another client may write it.
PATCH_ATTEMPTS = 5


async def create(request: Request) -> Response:
    """A new resource, or the one that meets `If-None-Exist`."""
    negotiate(request)
    only(request)
    type_ = writable(request)
    body, payload, of = await _resource(request, type_)
    condition = request.headers.get("if-none-exist")
    return await _written(request, Write("POST", type_, None, body, of, condition, place="If-None-Exist"), payload)


async def update(request: Request) -> Response:
    """The next version of a resource, or its first one under an id of the client's."""
    negotiate(request)
    only(request)
    type_, identifier = place(request)
    body, payload, of = await _resource(request, type_)
    if body.get("id") != identifier:
        issue = Issue("id", "value", "the id is not that of the address")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    headers = request.headers
    known, fresh = if_match(headers.get("if-match")), if_none_match(headers.get("if-none-match"))
    write = Write("PUT", type_, identifier, body, of, if_match=known, if_none_match=fresh)
    return await _written(request, write, payload)


async def update_where(request: Request) -> Response:
    """A conditional update: of the one resource that meets the search, else a new one."""
    negotiate(request)
    type_ = writable(request)
    body, payload, of = await _resource(request, type_)
    known = if_match(request.headers.get("if-match"))
    return await _written(request, Write("PUT", type_, None, body, of, _condition(request), known), payload)


async def patch(request: Request) -> Response:
    """A JSON Patch of the version that is current; `If-Match` says which one that must be."""
    negotiate(request)
    only(request)
    return await _patch(request, *place(request))


async def patch_where(request: Request) -> Response:
    """A JSON Patch of the one resource that meets the search. Fault where none or several do."""
    negotiate(request)
    type_ = writable(request)
    found = await run_in_threadpool(find, tools(request), type_, _condition(request), base(request), caller(request))
    if not found:
        raise Fault(Category.NOT_FOUND, "no resource meets the search")
    if len(found) > 1:
        issue = Issue("", "multiple-matches", "several resources meet the search")
        raise Fault(Category.PRECONDITION, issue.message, (issue,))
    return await _patch(request, type_, found[0])


async def _patch(request: Request, type_: str, identifier: str) -> Response:
    operations, payload = await parsed(request, (JSON_PATCH,)), await request.body()
    known = if_match(request.headers.get("if-match"))
    for attempt in range(1, PATCH_ATTEMPTS + 1):
        found = await run_in_threadpool(existing, request, type_, identifier)
        if known and found.version not in known:
            raise Fault(Category.PRECONDITION, "another version is current now")
        body = await run_in_threadpool(patched, found, operations)
        write = Write("PUT", type_, identifier, body, found.release, if_match=(found.version,))
        try:
            return await _written(request, write, payload)
        except Fault as fault:
            if fault.category is not Category.PRECONDITION or attempt == PATCH_ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


async def delete(request: Request) -> Response:
    """The deletion of a resource; its history stays."""
    only(request)
    type_, identifier = place(request)
    known = if_match(request.headers.get("if-match"))
    return await _written(request, Write("DELETE", type_, identifier, if_match=known), b"")


async def delete_where(request: Request) -> Response:
    """The deletion of the one resource that meets the search, if there is one."""
    return await _written(request, Write("DELETE", writable(request), condition=_condition(request)), b"")


def existing(request: Request, type_: str, identifier: str) -> Document:
    """The current version of a resource. Fault where there is none."""
    found = current(tools(request), type_, identifier, caller(request))
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such resource")
    if found.deleted:
        raise Fault(Category.GONE, "the resource was deleted; its history is kept")
    return found


def writable(request: Request) -> str:
    """The resource type of the address. Fault NOT_FOUND for one that is not kept here."""
    type_: str = request.path_params["type"]
    if type_ not in MODELS:
        raise Fault(Category.NOT_FOUND, "no such resource type")
    return type_


async def _resource(request: Request, type_: str) -> tuple[dict[str, Any], bytes, int]:
    of = written_in(request)
    body, payload = await parsed(request), await request.body()
    return await run_in_threadpool(checked, body, type_, of), payload, of


def _condition(request: Request) -> str:
    query = request.url.query
    if not query:
        issue = Issue("", "required", "without an id a search says which resource is meant", "search parameters")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return query


async def _written(request: Request, write: Write, payload: bytes) -> Response:
    return answer(request, (await done(request, [write], payload))[0])


async def done(request: Request, writes: list[Write], payload: bytes) -> list[Written]:
    """The writes, done together."""
    return await asyncio.wrap_future(submit(tools(request), writes, payload, base(request), caller(request)))


ROUTES = [
    Route("/{type}/{id}", update, methods=["PUT"]),
    Route("/{type}/{id}", patch, methods=["PATCH"]),
    Route("/{type}/{id}", delete, methods=["DELETE"]),
    Route("/{type}", create, methods=["POST"]),
    Route("/{type}", update_where, methods=["PUT"]),
    Route("/{type}", patch_where, methods=["PATCH"]),
    Route("/{type}", delete_where, methods=["DELETE"]),
]
