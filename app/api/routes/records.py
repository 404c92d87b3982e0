"""The hospital's door: records in, receipts out.

The contract at the doors, section Records.
"""

from __future__ import annotations

from email.message import Message
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.answers import ANSWERS, receipt
from app.api.dependencies import IdPath, ServicesDep, StudyPath, known_parameters, read
from app.api.fhir.media_type import named_in
from app.api.openapi import records_body
from app.domain.errors import Category, Fault, Issue
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
    """What a sender says beside a payload: whose records these are, and the mapping profile that reads them.

    Fault UNSUPPORTED_MEDIA for a body that is packed.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        issue = Issue("Content-Encoding", "not-supported", "packed bodies are not read", "the payload as it is")
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))
    content_type = request.headers.get("content-type", "application/json")
    message = Message()
    message["content-type"] = content_type
    charset = message.get_param("charset") and message.get_content_charset()
    return Context(site, source, profile, charset=charset, release=named_in(content_type))


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
    # What is not kept is not acknowledged, in whatever format it came.
    answer = receipt if dry_run else ANSWERS.get(media_type, receipt)
    return await answer(tools, submission)


@router.get("/studies/{study}/receipts/{receipt}", summary="A receipt given before", dependencies=[known_parameters()])
async def get_receipt(study: StudyPath, receipt: IdPath, tools: ServicesDep) -> Response:
    """The first answer that a payload got."""
    found = await read(tools, lambda connection: inbox.receipt(connection, study, receipt))
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such receipt")
    return Response(found, media_type="application/json")
