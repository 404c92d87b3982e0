"""JSON in the body of a request.

https://hl7.org/fhir/R4/http.html#mime-type
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from app.domain.errors import Category, Fault, Issue
from app.interop import jsontext

MEDIA_TYPES = ("application/fhir+json", "application/json", "text/json")


async def parsed(request: Request, types: tuple[str, ...] = MEDIA_TYPES) -> Any:
    """The JSON of a body of these media types, None where there is none. Fault UNSUPPORTED_MEDIA or MALFORMED."""
    body = await request.body()
    if not body:
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in types:
        issue = Issue("Content-Type", "not-supported", "this media type is not read", types[0])
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))
    try:
        return jsontext.parse(body)
    except jsontext.NotJson as error:
        raise Fault(Category.MALFORMED, error.message, (Issue(error.under(""), "structure", error.message),)) from None
