"""`ResearchSubject/[id]/$trial-status`: where a subject stands, as Parameters.

docs/fhir-operations.md
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.fhir.answers import negotiate, reply, tools
from app.api.fhir.caller import caller
from app.api.fhir.head import with_head
from app.api.fhir.inputs import given
from app.interop.fhir.encode import to_json
from app.interop.fhir.parameters import parameters
from app.services.trial_status import trial_status


async def get_trial_status(request: Request) -> Response:
    """Everything that the status of a subject says, with resource versions as its evidence."""
    negotiate(request)
    axes = (await given(request, "ResearchSubject-trial-status")).axes
    asked = (request.path_params["id"], caller(request), axes)
    found = await run_in_threadpool(trial_status, tools(request), *asked)
    return reply(request, to_json(parameters(found)))


ROUTES = [Route("/ResearchSubject/{id}/$trial-status", with_head(get_trial_status), methods=["GET", "POST"])]
