"""Quarantine: what was refused or is held, found, exported, laid aside.

docs/intake.md
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import Connection

from app.api import csv
from app.api.dependencies import IdPath, ServicesDep, StudyPath, json_answer, known_parameters, read
from app.api.periods import Since, Until, moments
from app.services import studies
from app.services.context import Services
from app.services.intake import quarantine
from app.services.intake.quarantine import COLUMNS, Decision
from app.storage import quarantine as stored
from app.storage.quarantine import State, Wanted

router = APIRouter(tags=["intake"])
ANONYMOUS = "anonymous"
_FILTERS = ("site", "type", "code", "profile", "state", "receipt", "since", "until", "cleared")
Word = Annotated[str | None, Query(max_length=128)]
# So many are in memory at once on their way into a table.
_SLICE = 500


class Reason(BaseModel):
    """Why a refused record needs no correction."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


def wanted(
    study: StudyPath,
    site: Word = None,
    type: Word = None,
    code: Word = None,
    profile: Word = None,
    state: Annotated[State | None, Query()] = None,
    receipt: Word = None,
    since: Since = None,
    until: Until = None,
    cleared: Annotated[bool, Query(description="what is done with: cleared by a good record, or laid aside")] = False,
) -> Wanted:
    """What is asked for, as the query string says it."""
    first, before = moments(since, until)
    return Wanted(study, site, type, code, profile, state, receipt, first, before, cleared)


WantedDep = Annotated[Wanted, Depends(wanted)]


@router.get(
    "/studies/{study}/quarantine",
    summary="Refused records",
    dependencies=[known_parameters("after", "count", *_FILTERS)],
    responses=csv.DOCUMENTED,
)
async def list_quarantine(
    request: Request,
    tools: ServicesDep,
    wanted: WantedDep,
    after: Annotated[str, Query(pattern=r"^[A-Za-z0-9.-]{0,64}$")] = "",
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Refused and held records with their reasons, in order of arrival; JSON page by page, or all as CSV by Accept."""
    if csv.wants_csv(request):
        await read(tools, lambda connection: studies.find(connection, wanted.study))
        return StreamingResponse(_table(tools, wanted, after), media_type=csv.MEDIA_TYPE, headers=csv.VARY)
    found = await read(tools, lambda connection: quarantine.page(connection, wanted, after, count))
    items = [quarantine.as_json(row) for row in found.rows]
    body: dict[str, Any] = {"study": wanted.study, "open": found.open, "items": items}
    if found.following is not None:
        asked = {name: value for name, value in request.query_params.items() if name != "after"}
        further = {"after": found.following, "count": count, "cleared": str(wanted.cleared).lower()}
        body["next"] = f"/studies/{wanted.study}/quarantine?{urlencode(asked | further)}"
    answer = json_answer(body)
    answer.headers.update(csv.VARY)
    return answer


def _table(tools: Services, wanted: Wanted, after: str) -> Iterator[bytes]:
    """The table, slice by slice."""
    yield csv.table(COLUMNS, [])
    while rows := _slice(tools, wanted, after):
        yield csv.lines(COLUMNS, [quarantine.as_cells(row) for row in rows])
        after = rows[-1].id


def _slice(tools: Services, wanted: Wanted, after: str) -> list[Any]:
    with tools.database.read.connect() as connection:
        return stored.page(connection, wanted, after, _SLICE, whole=True)


@router.get("/studies/{study}/quarantine/{item}", summary="One refused record", dependencies=[known_parameters()])
async def get_quarantined(study: StudyPath, item: IdPath, tools: ServicesDep) -> Response:
    """The refused record as it came, with its issues. Identified data: for the hospital that sent it."""
    return json_answer(await read(tools, lambda connection: quarantine.whole(connection, study, item)))


@router.post(
    "/studies/{study}/quarantine/{item}/dismiss",
    summary="Lay a refused record aside",
    dependencies=[known_parameters()],
    responses={409: {"description": "A good record has cleared it already"}},
)
async def dismiss(study: StudyPath, item: IdPath, reason: Reason, tools: ServicesDep) -> Response:
    """It needs no correction, for the reason given; it is no longer listed as open. Audited."""
    return await _decide(tools, study, item, reason.reason)


@router.delete(
    "/studies/{study}/quarantine/{item}/dismiss",
    summary="Take a refused record up again",
    dependencies=[known_parameters()],
    responses={409: {"description": "A good record has cleared it already"}},
)
async def reopen(study: StudyPath, item: IdPath, tools: ServicesDep) -> Response:
    """What was laid aside is open again. Audited; the history keeps both."""
    return await _decide(tools, study, item, None)


async def _decide(tools: Services, study: str, item: str, reason: str | None) -> Response:
    decision = Decision(study, item, reason, ANONYMOUS, tools.clock(), tools.new_id)

    def work(connection: Connection) -> dict[str, Any]:
        return quarantine.decide(connection, decision)

    return json_answer(await asyncio.wrap_future(tools.writer.submit(work)))
