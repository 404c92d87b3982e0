"""What arrived from each site on each of its days, and what became of it.

docs/intake.md
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from app.api import csv
from app.api.dependencies import ServicesDep, StudyPath, known_parameters, read
from app.api.periods import day
from app.services.intake.deliveries import COLUMNS, EACH_COLUMNS, listing, report
from app.storage.deliveries import Wanted

router = APIRouter(tags=["intake"])
From = Annotated[str | None, Query(alias="from", max_length=10, description="first day, YYYY-MM-DD")]
To = Annotated[str | None, Query(max_length=10, description="last day, YYYY-MM-DD; inclusive")]


@router.get(
    "/studies/{study}/deliveries",
    summary="What arrived, by site and day",
    dependencies=[known_parameters("site", "from", "to", "by", "after", "count")],
    responses=csv.DOCUMENTED,
)
async def list_deliveries(
    request: Request,
    study: StudyPath,
    tools: ServicesDep,
    site: Annotated[str | None, Query(max_length=64)] = None,
    first: From = None,
    to: To = None,
    by: Annotated[Literal["day", "delivery"], Query()] = "day",
    after: Annotated[int, Query(ge=0, le=2**62, description="of single deliveries: those behind this one")] = 0,
    count: Annotated[int, Query(ge=1, le=10_000, description="of single deliveries: most on a page")] = 1000,
) -> Response:
    """received = accepted + amended + unchanged + held + rejected, to the record; `unused` was left alone.

    The days are the site's own. JSON, or CSV by Accept.
    """
    wanted, as_csv = Wanted(study, site, day("from", first), day("to", to)), csv.wants_csv(request)
    if by == "day":
        body = await read(tools, lambda connection: report(connection, wanted))
        return csv.answer(body, as_csv, COLUMNS, body["rows"])
    page: dict[str, Any] = await read(tools, lambda connection: listing(connection, wanted, after, count))
    return csv.answer(page, as_csv, EACH_COLUMNS, page["rows"])
