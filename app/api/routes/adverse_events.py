"""Adverse events by term and worst grade.

docs/plots.md
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.api import csv
from app.api.adverse_event_page import as_html
from app.api.axes import AXES, AxesDep
from app.api.dependencies import ServicesDep, StudyPath, known_parameters, read
from app.api.estimating import GroupBy
from app.api.negotiation import negotiate
from app.api.tables import adverse_events as table
from app.services.adverse_event_table import Period, adverse_event_table

router = APIRouter(tags=["adverse events"])
MEDIA = {"json": "application/json", "csv": "text/csv", "html": "text/html"}
HEADERS = {
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


@router.get(
    "/studies/{study}/adverse-events",
    summary="Adverse events by term and worst grade",
    dependencies=[known_parameters(*AXES, "period", "group_by", "format")],
    responses={
        200: {"content": {media: {} for media in MEDIA.values()}},
        406: {"description": "none of JSON, CSV and HTML is wanted"},
    },
    response_class=Response,
)
async def get_adverse_events(
    study: StudyPath,
    request: Request,
    tools: ServicesDep,
    axes: AxesDep,
    period: Annotated[Period, Query(description="the study's window, or all time after the infusion")] = "window",
    group_by: GroupBy = None,
    format: Annotated[str | None, Query(max_length=16, description="json, csv or html; beats `Accept`")] = None,
) -> Response:
    """Patients, each once a term at their worst grade, and events; over the infused, and by group."""
    form = negotiate(request, MEDIA, format)
    body = await read(tools, lambda connection: adverse_event_table(connection, study, period, axes.axes, group_by))
    if form == "html":
        return Response(as_html(body), media_type=MEDIA["html"], headers=HEADERS)
    return csv.answer(body, form == "csv", table.COLUMNS, table.lines(body))
