"""The hospital's door: records in, receipts out, quarantine.

The contract at the doors, section Records.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import IdPath, ServicesDep, StudyPath, json_answer, known_parameters, read
from app.api.openapi import records_body
from app.domain.errors import Category, Fault
from app.services import studies
from app.services.intake.intake import read as read_payload
from app.services.intake.intake import status_of, submit
from app.services.intake.store import Payload
from app.storage import inbox

router = APIRouter(tags=["intake"])
SMALL = 16_384
ANONYMOUS = "anonymous"


@router.post(
    "/studies/{study}/records",
    summary="Send records",
    dependencies=[known_parameters("atomic")],
    openapi_extra=records_body(),
    responses={
        200: {"description": "Nothing changed"},
        201: {"description": "Something was stored"},
        422: {"description": "Every record was rejected"},
    },
)
async def post_records(
    study: StudyPath, request: Request, tools: ServicesDep, atomic: Annotated[bool, Query()] = False
) -> Response:
    """One record, an array, or NDJSON. The receipt tells what became of each record, and why where it was refused."""
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    body = await request.body()
    if len(body) < SMALL:  # cheaper read here than handed to a thread and back
        items = read_payload(tools, body, media_type)
    else:
        items = await run_in_threadpool(read_payload, tools, body, media_type)
    payload = Payload(study, body, media_type, items, atomic, ANONYMOUS, tools.clock(), tools.new_id)
    receipt = await asyncio.wrap_future(submit(tools, payload))
    return json_answer(receipt, status_of(receipt))


@router.get("/studies/{study}/receipts/{receipt}", summary="A receipt given before", dependencies=[known_parameters()])
async def get_receipt(study: StudyPath, receipt: IdPath, tools: ServicesDep) -> Response:
    """The first answer that a payload got."""
    found = await read(tools, lambda connection: inbox.receipt(connection, study, receipt))
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such receipt")
    return Response(found, media_type="application/json")


@router.get(
    "/studies/{study}/quarantine",
    summary="Refused records",
    dependencies=[known_parameters("after", "count", "cleared")],
)
async def list_quarantine(
    study: StudyPath,
    tools: ServicesDep,
    after: Annotated[str, Query(pattern=r"^[A-Za-z0-9.-]{0,64}$")] = "",
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
    cleared: Annotated[bool, Query()] = False,
) -> Response:
    """Refused records with their reasons, in order of arrival; those whose key was stored later are `cleared`."""

    def ask(connection):  # type: ignore[no-untyped-def]
        name = studies.find(connection, study).name
        rows = inbox.quarantine(connection, name, after, count + 1, cleared)
        return rows, inbox.quarantine_count(connection, name)

    rows, open_ = await read(tools, ask)
    shown = rows[:count]
    body: dict[str, Any] = {"study": study, "open": open_, "items": [_item(row) for row in shown]}
    if len(rows) > count:
        body["next"] = f"/studies/{study}/quarantine?after={shown[-1].id}&count={count}&cleared={str(cleared).lower()}"
    return json_answer(body)


def _item(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "receipt": row.inbox,
        "index": row.position,
        "received": row.received,
        "type": row.type,
        "site": row.site,
        "issues": json.loads(row.issues),
        "cleared": row.cleared is not None,
    }


@router.get("/studies/{study}/quarantine/{item}", summary="One refused record", dependencies=[known_parameters()])
async def get_quarantined(study: StudyPath, item: IdPath, tools: ServicesDep) -> Response:
    """The refused record as it came, with its issues. Identified data: for the hospital that sent it."""
    row = await read(tools, lambda connection: inbox.quarantine_item(connection, study, item))
    if row is None:
        raise Fault(Category.NOT_FOUND, "no such refused record")
    return json_answer({**_item(row), "record": bytes(row.payload).decode("utf-8", "replace")})
