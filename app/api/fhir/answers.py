"""Headers and content negotiation of the FHIR door.

https://hl7.org/fhir/R4/http.html#mime-type
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.api.fhir.media_type import media_type, release
from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.interop.fhir.encode import pretty
from app.interop.fhir.form import Form
from app.interop.fhir.structure import MODELS
from app.services.context import Services
from app.services.search.criteria import Asker
from app.services.search.query import read_query
from app.storage.documents import Document

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
PARTS = ("_summary", "_elements")


def negotiate(request: Request) -> None:
    """Fault NOT_ACCEPTABLE unless the client takes FHIR as JSON, in a release that is offered."""
    release(request)


def only(request: Request, *names: str) -> None:
    """Fault for query parameters that the interaction does not know."""
    known = {"_format", "_pretty", *names}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        issue = Issue("", "not-supported", "unknown parameter", ", ".join(sorted(known)))
        raise Fault(Category.MALFORMED, issue.message, (issue,))


def tools(request: Request) -> Services:
    """The running service's tools."""
    found: Services = request.app.state.services
    return found


def place(request: Request) -> tuple[str, str]:
    """Type and id of the resource that is asked for. Fault NOT_FOUND where there can be none of that name."""
    type_, identifier = request.path_params["type"], request.path_params["id"]
    if type_ not in MODELS or not _ID.fullmatch(identifier):
        raise Fault(Category.NOT_FOUND, "no such resource")
    return type_, identifier


def base(request: Request) -> str:
    """Address of the FHIR door as the client sees it, without a trailing slash."""
    configured = tools(request).settings.base_url
    if configured:
        return f"{configured.rstrip('/')}/fhir"
    return f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}"


def document(found: Document, request: Request) -> Response:
    """A resource with its ETag, whole or in part; 304 where the client has it already."""
    headers = {"ETag": f'W/"{found.version}"', "Last-Modified": http_date(found.updated), "Vary": "Accept"}
    if _has_it(request, found, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return reply(request, form(request, found.type).of(found.type, found.release, found.body), headers)


def _has_it(request: Request, found: Document, etag: str) -> bool:
    """If-None-Match, compared weakly; without one If-Modified-Since, which knows no parts of a second."""
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or etag.removeprefix("W/") in tags
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return datetime.fromisoformat(found.updated).replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # an unreadable date counts as none (RFC 9110 13.1.3)
        return False


def form(request: Request, type_: str) -> Form:
    """The release that the client asks for, and the part of a resource that `_summary` or `_elements` ask for."""
    asked = [(name, request.query_params[name]) for name in PARTS if name in request.query_params]
    query = read_query(Asker("", tools(request).clock()), type_, asked, lenient=False)
    if query.only_count:
        raise bad_parameter("_summary", "true, text, data, false")
    return Form(release(request), query.subset)


def reply(request: Request, body: bytes, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    """JSON bytes, indented where `_pretty` asks for it."""
    if request.query_params.get("_pretty") == "true":
        body = pretty(body)
    return Response(body, status, headers, media_type(request))


def streamed(request: Request, parts: Iterator[bytes]) -> Response:
    """JSON in pieces; indented, it is put together first."""
    if request.query_params.get("_pretty") == "true":
        return reply(request, b"".join(parts))
    return StreamingResponse(parts, media_type=media_type(request))


def lenient(request: Request) -> bool:
    """Whether the client would rather have an unknown parameter left out than be refused."""
    return "handling=lenient" in preferences(request)


def preferences(request: Request) -> frozenset[str]:
    """What the client would rather have, such as ``respond-async``; https://www.rfc-editor.org/rfc/rfc7240."""
    text = ",".join(request.headers.getlist("prefer")).lower().replace(" ", "")
    return frozenset(re.split("[,;]", text))


def http_date(instant: str) -> str:
    """An instant as HTTP writes it."""
    return format_datetime(datetime.fromisoformat(instant).astimezone(UTC), usegmt=True)
