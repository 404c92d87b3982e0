"""Study definitions by version, and the schema that they follow.

https://www.rfc-editor.org/rfc/rfc9512 (application/yaml)
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.asked import LARGEST_VERSION, NAME
from app.api.dependencies import ServicesDep, json_answer, known_parameters, read
from app.api.negotiation import negotiate
from app.domain.errors import Category, Fault, Issue
from app.endpoints.document import MAX_BYTES, WrongDefinition, write_document
from app.endpoints.loading import Loaded, load, load_value
from app.endpoints.schema import json_schema
from app.interop.jsontext import NotJson, parse
from app.services import definitions
from app.storage import definitions as stored_definitions
from app.storage.definitions import StoredDefinition

router = APIRouter(tags=["definitions"])
NamePath = Annotated[str, Path(pattern=NAME)]
VersionPath = Annotated[int, Path(ge=1, le=LARGEST_VERSION)]
ANONYMOUS = "anonymous"
YAML, JSON = "application/yaml", "application/json"
SCHEMA = "application/schema+json"


@router.get("/definitions", summary="All definitions", dependencies=[known_parameters()])
async def list_definitions(tools: ServicesDep) -> Response:
    """Every version of every definition, without its content."""
    found = await read(tools, stored_definitions.every)
    return json_answer({"definitions": [_entry(stored) for stored in found]})


@router.get("/definitions/schema", summary="JSON Schema of a definition", dependencies=[known_parameters()])
async def get_schema() -> Response:
    """What `PUT /definitions/{definition}` takes (JSON Schema, draft 2020-12)."""
    answer = json_answer(json_schema())
    answer.headers["content-type"] = SCHEMA
    return answer


@router.get("/definitions/{definition}", summary="The newest version", dependencies=[known_parameters()])
async def get_definition(definition: NamePath, request: Request, tools: ServicesDep) -> Response:
    """JSON, or the YAML text as it was stored (`Accept: application/yaml`)."""
    return _answer(request, await read(tools, lambda connection: definitions.newest(connection, definition)))


@router.get("/definitions/{definition}/versions/{version}", summary="One version", dependencies=[known_parameters()])
async def get_version(definition: NamePath, version: VersionPath, request: Request, tools: ServicesDep) -> Response:
    """JSON, or the YAML text as it was stored (`Accept: application/yaml`)."""
    found = await read(tools, lambda connection: definitions.stored_version(connection, definition, version))
    return _answer(request, found)


@router.put(
    "/definitions/{definition}",
    summary="Store a version of a definition",
    dependencies=[known_parameters()],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                JSON: {"schema": {"type": "object", "description": "see GET /definitions/schema"}},
                YAML: {"schema": {"type": "string", "description": "the same as YAML"}},
            },
        }
    },
    responses={
        201: {"description": "The version is new"},
        409: {"description": "The version is stored with another content"},
        422: {"description": "Not a definition; each issue names its line"},
    },
)
async def put_definition(definition: NamePath, request: Request, tools: ServicesDep) -> Response:
    """A version is stored once and never changes: a change of meaning is a new version."""
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    loaded, text = await run_in_threadpool(_read, await request.body(), media_type)
    time = tools.clock()
    future = tools.writer.submit(
        lambda connection: definitions.put(connection, definition, loaded, text, time, ANONYMOUS)
    )
    stored, new = await asyncio.wrap_future(future)
    return json_answer(_entry(stored), 201 if new else 200)


def _read(payload: bytes, media_type: str) -> tuple[Loaded, str]:
    """What a body says, and the YAML text under which it is kept."""
    if media_type not in (YAML, JSON):
        issue = Issue("content-type", "not-supported", "unsupported media type", f"{YAML}, {JSON}")
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))
    if len(payload) > MAX_BYTES:
        issue = Issue("", "too-long", "the document is too large", f"at most {MAX_BYTES} bytes")
        raise Fault(Category.TOO_LARGE, issue.message, (issue,))
    try:
        return _read_json(payload) if media_type == JSON else (load(payload), payload.decode("utf-8-sig"))
    except WrongDefinition as error:
        raise definitions.refusal(error) from None


def _read_json(payload: bytes) -> tuple[Loaded, str]:
    try:
        loaded = load_value(parse(payload))
    except NotJson as error:
        issue = Issue(error.under(""), "structure", error.message, "a JSON object")
        raise Fault(Category.MALFORMED, error.message, (issue,)) from None
    return loaded, write_document(loaded.value)


def _entry(stored: StoredDefinition) -> dict[str, Any]:
    title = definitions.read(stored.body).definition.title
    shown = {"definition": stored.id, "version": stored.version, "title": title, "digest": stored.digest}
    return {**shown, "stored": stored.at}


def _answer(request: Request, stored: StoredDefinition) -> Response:
    """The document in the form that is accepted; JSON where both are."""
    headers = {"vary": "accept", "etag": f'"{stored.digest}"'}
    if negotiate(request, {"json": JSON, "yaml": YAML}, None) == "yaml":
        return Response(stored.body, headers=headers, media_type=YAML)
    answer = json_answer(definitions.read(stored.body).value)
    answer.headers.update(headers)
    return answer
