"""Headers and content negotiation of the FHIR door.

https://hl7.org/fhir/R4/http.html#mime-type
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.structure import MODELS
from app.services.context import Services
from app.storage.documents import Document

FHIR_JSON = "application/fhir+json; charset=utf-8"
_JSON = frozenset({"application/fhir+json", "application/json", "text/json", "json", "*/*", "application/*", ""})
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_R4 = frozenset({"4.0", "4.0.1", ""})


def negotiate(request: Request) -> None:
    """Fault NOT_ACCEPTABLE unless the client takes FHIR R4 as JSON. `_format` overrides Accept."""
    asked = request.query_params.get("_format") or request.headers.get("accept", "")
    # A '+' in a query string is a blank: application/fhir json means application/fhir+json.
    kinds = [part.strip().replace("fhir json", "fhir+json") for part in asked.split(",")]
    if not any(_acceptable(kind) for kind in kinds):
        issue = Issue("Accept", "not-supported", "this representation is not offered", "application/fhir+json (R4)")
        raise Fault(Category.NOT_ACCEPTABLE, issue.message, (issue,))


def _acceptable(kind: str) -> bool:
    name, *parameters = [part.strip() for part in kind.lower().split(";")]
    version = next((value.partition("=")[2].strip('"') for value in parameters if value.startswith("fhirversion")), "")
    return name in _JSON and version in _R4


def only(request: Request, *names: str) -> None:
    """Fault for query parameters that the interaction does not know."""
    known = {"_format", *names}
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
    """A resource with its ETag; 304 where the client has it already."""
    headers = {"ETag": f'W/"{found.version}"', "Last-Modified": http_date(found.updated)}
    if request.headers.get("if-none-match") in (headers["ETag"], "*"):
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type=FHIR_JSON)


def http_date(instant: str) -> str:
    """An instant as HTTP writes it."""
    return format_datetime(datetime.fromisoformat(instant).astimezone(UTC), usegmt=True)
