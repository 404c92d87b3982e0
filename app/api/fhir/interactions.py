"""read and vread.

https://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.api.fhir.answers import PARTS, document, negotiate, only, place, tools
from app.api.fhir.caller import caller
from app.domain.errors import Category, Fault
from app.storage import documents


async def read(request: Request) -> Response:
    """The newest version of a resource; 410 when it was deleted."""
    negotiate(request)
    only(request, *PARTS)
    reader, asked = tools(request).reader, (*place(request), caller(request))
    found = await run_in_threadpool(reader.current, *asked) if reader.blocking else reader.current(*asked)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such resource")
    if found.deleted:
        raise Fault(Category.GONE, "the resource was deleted; its history is kept")
    return document(found, request)


async def vread(request: Request) -> Response:
    """One version of a resource."""
    negotiate(request)
    only(request, *PARTS)
    version = request.path_params["version"]
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else -1
    found = await run_in_threadpool(_version, request, number)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such version")
    if found.deleted:
        raise Fault(Category.GONE, "this version is a deletion")
    return document(found, request)


def _version(request: Request, version: int) -> documents.Document | None:
    with tools(request).database.read.connect() as connection:
        return documents.one_version(connection, *place(request), version, caller(request))
