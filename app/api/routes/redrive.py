"""Stored payloads read again with what is known today.

docs/intake.md
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import ServicesDep, StudyPath, json_answer, known_parameters
from app.api.periods import Since, Until, moments
from app.services.redrive.run import collect, redriven
from app.storage.redrive import Wanted

router = APIRouter(tags=["intake"])
ANONYMOUS = "anonymous"
_ID = r"^[A-Za-z0-9.-]{1,64}$"
Named = Annotated[str | None, Query(pattern=_ID)]
Items = Annotated[list[Annotated[str, Query(pattern=_ID)]], Query(max_length=1000, description="of quarantine")]


@router.post(
    "/studies/{study}/redrive",
    summary="Read stored payloads again",
    dependencies=[known_parameters("profile", "since", "until", "receipt", "item", "after", "apply")],
)
async def redrive(
    study: StudyPath,
    tools: ServicesDep,
    profile: Named = None,
    since: Since = None,
    until: Until = None,
    receipt: Named = None,
    item: Items = [],  # noqa: B006 - FastAPI makes a list of its own
    after: Annotated[str, Query(pattern=r"^[A-Za-z0-9.-]{0,64}$", description="`next` of the run before")] = "",
    apply: Annotated[bool, Query(description="make the differences; else they are only told")] = False,
) -> Response:
    """In order of arrival, with the newest profile: what is new, changed, gone, the same, held, still refused."""
    wanted = Wanted(study, profile, receipt, tuple(item), *moments(since, until))
    run = await run_in_threadpool(collect, tools, wanted, after, ANONYMOUS)
    future = tools.writer.submit(lambda connection: redriven(connection, run, apply))
    return json_answer(await asyncio.wrap_future(future))
