"""Pictures: an endpoint's curve or proportions, and the swimmer plot of a study.

The contract at the doors, section Endpoints; docs/plots.md
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.asked import AskedDep, asked_parameters
from app.api.axes import AXES, AxesDep
from app.api.dependencies import ServicesDep, StudyPath, json_answer, known_parameters, read
from app.api.estimating import ESTIMATING, EstimatingDep
from app.api.negotiation import negotiate
from app.api.routes.endpoints import EndpointPath
from app.endpoints.plot import Form, Plot, picture
from app.services.plots import endpoint_plot
from app.services.swimmer import Page, swimmer, swimmer_plot

router = APIRouter(tags=["plots"])
MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
# A picture is never a page: whatever stands in it, nothing of it runs and nothing is loaded.
HEADERS = {
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}
# A picture shows the whole curve, and no restricted mean.
_DRAWN = [name for name in ESTIMATING if name not in ("curve", "tau")]
Format = Annotated[str | None, Query(max_length=16, description="beats the `Accept` header")]
PICTURES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {} for media in MEDIA.values()}},
    406: {"description": "neither SVG nor PNG is wanted"},
}


@router.get(
    "/studies/{study}/endpoints/{endpoint}/plot",
    summary="Picture of an endpoint",
    dependencies=[asked_parameters(*_DRAWN, "format")],
    responses=PICTURES,
    response_class=Response,
)
async def get_plot(
    study: StudyPath,
    endpoint: EndpointPath,
    request: Request,
    tools: ServicesDep,
    asked: AskedDep,
    estimating: EstimatingDep,
    format: Format = None,
) -> Response:
    """Kaplan-Meier curve, cumulative incidences, or proportions, with intervals; SVG, or PNG by `Accept`."""
    form = negotiate(request, MEDIA, format)

    def ask(connection: Any) -> Plot:
        question = asked.question(connection, study, endpoint)
        return endpoint_plot(connection, question, replace(estimating.wanted, curve=True))

    return await _drawn(await read(tools, ask), form)


async def _drawn(plot: Plot, form: str) -> Response:
    chosen: Form = "png" if form == "png" else "svg"
    body = await run_in_threadpool(picture, plot, chosen)
    return Response(body, media_type=MEDIA[chosen], headers=HEADERS)


@router.get(
    "/studies/{study}/swimmer",
    summary="Swimmer plot of a study",
    dependencies=[known_parameters(*AXES, "page", "per_page", "format")],
    responses={**PICTURES, 200: {"content": {media: {} for media in (*MEDIA.values(), "application/json")}}},
    response_class=Response,
)
async def get_swimmer(
    study: StudyPath,
    request: Request,
    tools: ServicesDep,
    axes: AxesDep,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    per_page: Annotated[int, Query(ge=1, le=500, description="lanes on one page")] = 40,
    format: Format = None,
) -> Response:
    """One lane for every infused subject, longest first; SVG, PNG, or the data behind it as JSON."""
    form = negotiate(request, {**MEDIA, "json": "application/json"}, format)
    wanted = Page(page, per_page)
    found = await read(tools, lambda connection: swimmer(connection, study, axes.axes, wanted))
    if form == "json":
        return _varied(json_answer(found))
    return await _drawn(swimmer_plot(found), form)


def _varied(answer: Response) -> Response:
    answer.headers["Vary"] = "Accept"
    return answer
