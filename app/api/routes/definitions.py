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
from app.api.documents import document_answer, document_body, read_document
from app.endpoints.document import WrongDefinition
from app.endpoints.loading import load, load_value
from app.endpoints.schema import json_schema
from app.services import definitions
from app.storage import definitions as stored_definitions
from app.storage.definitions import StoredDefinition

router = APIRouter(tags=["definitions"])
NamePath = Annotated[str, Path(pattern=NAME)]
VersionPath = Annotated[int, Path(ge=1, le=LARGEST_VERSION)]
ANONYMOUS = "anonymous"
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
    openapi_extra=document_body("/definitions/schema"),
    responses={
        201: {"description": "The version is new"},
        409: {"description": "The version is stored with another content"},
        422: {"description": "Not a definition; each issue names its line"},
    },
)
async def put_definition(definition: NamePath, request: Request, tools: ServicesDep) -> Response:
    """A version is stored once and never changes: a change of meaning is a new version."""
    try:
        loaded, text = await run_in_threadpool(read_document, request, await request.body(), load, load_value)
    except WrongDefinition as error:
        raise definitions.refusal(error) from None
    time = tools.clock()
    future = tools.writer.submit(
        lambda connection: definitions.put(connection, definition, loaded, text, time, ANONYMOUS)
    )
    stored, new = await asyncio.wrap_future(future)
    return json_answer(_entry(stored), 201 if new else 200)


def _entry(stored: StoredDefinition) -> dict[str, Any]:
    title = definitions.read(stored.body).definition.title
    shown = {"definition": stored.id, "version": stored.version, "title": title, "digest": stored.digest}
    return {**shown, "stored": stored.at}


def _answer(request: Request, stored: StoredDefinition) -> Response:
    return document_answer(request, stored.body, stored.digest, definitions.read(stored.body).value)
