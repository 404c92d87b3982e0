"""read, vread and history of one resource.

https://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.api.fhir.answers import FHIR_JSON, base, document, negotiate, only, place, tools
from app.domain.errors import Category, Fault
from app.services import release
from app.storage import documents


async def read(request: Request) -> Response:
    """The newest version of a resource; 410 when it was deleted."""
    negotiate(request)
    only(request)
    reader, asked = tools(request).reader, place(request)
    found = await run_in_threadpool(reader.current, *asked) if reader.blocking else reader.current(*asked)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such resource")
    if found.deleted:
        raise Fault(Category.GONE, "the resource was deleted; its history is kept")
    return document(found, request)


async def vread(request: Request) -> Response:
    """One version of a resource."""
    negotiate(request)
    only(request)
    version = request.path_params["version"]
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else -1
    found = await run_in_threadpool(_versions, request, number)
    if not found:
        raise Fault(Category.NOT_FOUND, "no such version")
    if found[0].deleted:
        raise Fault(Category.GONE, "this version is a deletion")
    return document(found[0], request)


async def history(request: Request) -> Response:
    """Every version of a resource, newest first."""
    negotiate(request)
    only(request)
    found = await run_in_threadpool(_versions, request, None)
    if not found:
        raise Fault(Category.NOT_FOUND, "no such resource")
    body = release.history(found, base(request), [("self", str(request.url))])
    return Response(body, media_type=FHIR_JSON)


def _versions(request: Request, version: int | None) -> list[documents.Document]:
    type_, identifier = place(request)
    with tools(request).database.read.connect() as connection:
        return documents.versions(connection, type_, identifier, version)
