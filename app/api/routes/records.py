"""The hospital's door: records in, receipts out, quarantine.

The contract at the doors, section Records.
"""

from __future__ import annotations

import json
from email.message import Message
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.answers import ANSWERS, receipt
from app.api.dependencies import IdPath, ServicesDep, StudyPath, json_answer, known_parameters, read
from app.api.openapi import records_body
from app.domain.errors import Category, Fault
from app.services import studies
from app.services.intake.submission import Context, Submission
from app.storage import inbox

router = APIRouter(tags=["intake"])
ANONYMOUS = "anonymous"
_NAME = r"^[!-.0-~](?:[ -.0-~]*[!-.0-~])?$"


def said(
    request: Request,
    site: Annotated[str | None, Query(max_length=64, pattern=_NAME)] = None,
    source: Annotated[str | None, Query(max_length=64, pattern=_NAME)] = None,
    profile: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = None,
) -> Context:
    """What a sender says beside a payload: whose records these are, and the mapping profile that reads them."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "application/json")
    return Context(site, source, profile, charset=message.get_param("charset") and message.get_content_charset())


@router.post(
    "/studies/{study}/records",
    summary="Send records",
    dependencies=[known_parameters("atomic", "dry_run", "site", "source", "profile")],
    openapi_extra=records_body(),
    responses={
        200: {"description": "Nothing changed"},
        201: {"description": "Something was stored"},
        422: {"description": "Every record was rejected"},
    },
)
async def post_records(
    study: StudyPath,
    request: Request,
    tools: ServicesDep,
    context: Annotated[Context, Depends(said)],
    atomic: Annotated[bool, Query()] = False,
    dry_run: Annotated[bool, Query()] = False,
) -> Response:
    """One record, an array, or NDJSON. The receipt tells what became of each record, and why where it was refused."""
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    body = await request.body()
    submission = Submission(study, body, media_type, context, atomic, dry_run, ANONYMOUS)
    return await ANSWERS.get(media_type, receipt)(tools, submission)


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
