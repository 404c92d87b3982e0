"""Bulk Data `$export`: the kick-off, at system, Patient and Group level.

https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-kick-off-request
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir import media_type
from app.api.fhir.answers import base, lenient, preferences, tools
from app.api.fhir.bodies import parsed
from app.api.fhir.caller import caller, client
from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.inputs import pairs
from app.services.export import asking
from app.services.export.asking import KickOff


async def system(request: Request) -> Response:
    """Everything that the caller may see."""
    return await _start(request, patients=False)


async def patients(request: Request) -> Response:
    """What belongs to Patients."""
    return await _start(request, patients=True)


async def group(request: Request) -> Response:
    """What belongs to the Patients of a Group, and the study itself."""
    return await _start(request, patients=True, group=request.path_params["id"])


async def _start(request: Request, *, patients: bool, group: str | None = None) -> Response:
    if request.method == "HEAD":  # which may change nothing
        raise HTTPException(405, headers={"Allow": "GET, POST"})
    release = media_type.release(request)
    if "respond-async" not in preferences(request):
        issue = Issue("Prefer", "required", "an export is answered later, and must be asked for so", "respond-async")
        raise Fault(Category.INVALID, issue.message, (issue,))
    given = [*request.query_params.multi_items(), *(pairs(body) if (body := await parsed(request)) is not None else ())]
    who = (client(request), caller(request), str(request.url), base(request))
    asked = KickOff(*who, patients, group, release, lenient(request), given)
    job = await run_in_threadpool(asking.start, tools(request), asked)
    return Response(status_code=202, headers={"Content-Location": f"{base(request)}/exports/{job}"})


ROUTES = [
    Route("/$export", system, methods=["GET", "POST"]),
    Route("/Patient/$export", patients, methods=["GET", "POST"]),
    Route("/Group/{id}/$export", group, methods=["GET", "POST"]),
]
