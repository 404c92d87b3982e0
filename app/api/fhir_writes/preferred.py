"""What a client wants to hear of its write: the resource, nothing, or an OperationOutcome.

https://hl7.org/fhir/R4/http.html#ops
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from app.api.fhir.answers import base, form, http_date, reply
from app.interop.fhir.outcome import operation_outcome
from app.services.writing.request import Written
from app.storage.documents import Document

_RETURN = re.compile(r"return\s*=\s*\"?(minimal|representation|operationoutcome)\"?")
_DONE = {200: "the resource is stored", 201: "the resource is stored as a new one"}


def answer(request: Request, written: Written) -> Response:
    """The answer to one write, with the address and the ETag of what is there now."""
    found = written.document
    if found is None:
        return Response(status_code=204)
    headers = {"ETag": f'W/"{found.version}"', "Last-Modified": http_date(found.updated)}
    if written.status == 201:
        headers["Location"] = location(request, found)
    wanted = wish(request)
    if wanted == "minimal":
        return Response(status_code=written.status, headers=headers)
    if wanted == "operationoutcome":
        return reply(request, outcome_of(written), headers, written.status)
    body = form(request, found.type).of(found.type, found.release, found.body)
    return reply(request, body, headers, written.status)


def location(request: Request, found: Document) -> str:
    """The address of a version."""
    return f"{base(request)}/{found.type}/{found.id}/_history/{found.version}"


def outcome_of(written: Written) -> bytes:
    """What happened, as an OperationOutcome."""
    return operation_outcome("information", "informational", _DONE[written.status])


def wish(request: Request) -> str:
    """`return` of the header Prefer: minimal, representation or operationoutcome."""
    found = _RETURN.search(request.headers.get("prefer", "").lower())
    return found[1] if found else "representation"
