"""metadata.

https://hl7.org/fhir/R4/http.html#capabilities
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.api.fhir.answers import base, negotiate, only, reply
from app.api.fhir.media_type import release
from app.interop.fhir.capability import capability_statement
from app.version import RELEASED, VERSION


async def metadata(request: Request) -> Response:
    """The CapabilityStatement."""
    negotiate(request)
    only(request)
    return reply(request, capability_statement(base(request), VERSION, RELEASED, release(request)))
