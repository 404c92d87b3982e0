"""`ResearchStudy/[id]/$derive`: the endpoints of a study as MeasureReports.

docs/fhir-operations.md
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.dependencies import read
from app.api.fhir.answers import reply, tools
from app.api.fhir.caller import caller
from app.api.fhir.head import with_head
from app.api.fhir.inputs import given
from app.api.fhir.media_type import only_r4
from app.api.fhir.reporting import asked
from app.interop.fhir.elements import Json
from app.interop.fhir.encode import to_json
from app.services import measure_reports


async def derive(request: Request) -> Response:
    """A collection of summaries, in the order of the study's definition."""
    only_r4(request)
    told, services, who = await given(request, "ResearchStudy-derive"), tools(request), caller(request)
    question = asked(told, told.axes, services.clock())

    identifier, endpoints = request.path_params["id"], tuple(told.all("endpoint"))
    found = await read(services, lambda store: measure_reports.derive(store, identifier, who, question, endpoints))
    return reply(request, to_json(_bundle(found)))


def _bundle(reports: list[Json]) -> Json:
    """Reports are not kept, so their addresses are made of what they say."""
    entries = [{"fullUrl": uuid5(NAMESPACE_URL, to_json(one).decode()).urn, "resource": one} for one in reports]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


ROUTES = [Route("/ResearchStudy/{id}/$derive", with_head(derive), methods=["GET", "POST"])]
