"""HEAD: the headers of GET alone.

https://hl7.org/fhir/R4/http.html#head
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

Endpoint = Callable[[Request], Awaitable[Response]]


def with_head(endpoint: Endpoint) -> Endpoint:
    """The endpoint, which answers HEAD with the headers of GET alone."""

    async def answer(request: Request) -> Response:
        response = await endpoint(request)
        if request.method != "HEAD":
            return response
        bare = Response(status_code=response.status_code)
        bare.raw_headers = response.raw_headers
        return bare

    return answer
