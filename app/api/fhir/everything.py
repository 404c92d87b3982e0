"""`$everything` of a study, of a subject and of a patient.

https://hl7.org/fhir/R4/patient-operation-everything.html
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import base, negotiate, place, streamed, tools
from app.api.fhir.caller import caller
from app.api.fhir.head import with_head
from app.api.fhir.inputs import Given, given
from app.api.fhir.media_type import release as wanted
from app.domain.errors import Category, Fault, bad_parameter
from app.interop.fhir.definitions.operations import operations
from app.interop.fhir.structure import MODELS
from app.services import release
from app.services.release import Asked
from app.services.search.criteria import since

MOST = 10_000
_OF = tuple(item.resource for item in operations() if item.code == "everything")


async def everything(request: Request) -> Response:
    """All resources that belong to the one that is named, paged and streamed."""
    negotiate(request)
    type_, identifier = place(request)
    if type_ not in _OF:
        raise Fault(Category.NOT_FOUND, f"$everything is offered on {', '.join(_OF)}")
    told = await given(request, f"{type_}-everything")
    asked = _asked(request, type_, identifier, told)
    found = await run_in_threadpool(release.everything, tools(request), asked, base(request))
    return streamed(request, release.stream(tools(request), found, base(request), wanted(request)))


def _asked(request: Request, type_: str, identifier: str, told: Given) -> Asked:
    start, end = (_instant(name, told.one(name)) for name in ("_since", "_until"))
    count = _count(told.one("_count"), tools(request).settings.page_size)
    page = request.query_params.get("_page")
    who, types = caller(request), _types(told)
    return Asked(type_, identifier, who, types, start, end, count, page, _total(told.one("_total")), told.pairs())


def _instant(name: str, text: str | None) -> str | None:
    return None if text is None else since(name, text)


def _count(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0):
        raise bad_parameter("_count", f"a whole number from 1; more than {MOST} is read as {MOST}")
    return min(int(text), MOST)


def _total(text: str | None) -> bool:
    if text not in (None, "none", "estimate", "accurate"):
        raise bad_parameter("_total", "none, estimate, accurate")
    return text in ("estimate", "accurate")


def _types(told: Given) -> tuple[str, ...]:
    types = tuple(told.all("_type"))
    if not set(types) <= set(MODELS):
        raise bad_parameter("_type", ", ".join(sorted(MODELS)))
    return types


ROUTES = [Route("/{type}/{id}/$everything", with_head(everything), methods=["GET", "POST"])]
