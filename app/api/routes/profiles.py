"""Mapping profiles of a study by version, and the schema that they follow.

docs/profiles.md
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.asked import LARGEST_VERSION, NAME
from app.api.dependencies import ServicesDep, StudyPath, json_answer, known_parameters, read
from app.api.documents import document_answer, document_body, read_document
from app.interop.mapping.loading import WrongProfile, load, load_value
from app.interop.mapping.schema import json_schema
from app.services import profiles
from app.storage.profiles import SHIPPED, StoredProfile

router = APIRouter(tags=["profiles"])
NamePath = Annotated[str, Path(pattern=NAME)]
VersionPath = Annotated[int, Path(ge=1, le=LARGEST_VERSION)]
ANONYMOUS = "anonymous"
SCHEMA = "application/schema+json"


@router.get("/profiles/schema", summary="JSON Schema of a mapping profile", dependencies=[known_parameters()])
async def get_profile_schema() -> Response:
    """What `PUT /studies/{study}/profiles/{profile}` takes (JSON Schema, draft 2020-12)."""
    answer = json_answer(json_schema())
    answer.headers["content-type"] = SCHEMA
    return answer


@router.get("/studies/{study}/profiles", summary="All mapping profiles", dependencies=[known_parameters()])
async def list_profiles(study: StudyPath, tools: ServicesDep) -> Response:
    """Every version of every profile that the study can use, without its content."""
    found = await read(tools, lambda connection: profiles.every(connection, study))
    return json_answer({"study": study, "profiles": [_entry(stored) for stored in found]})


@router.get("/studies/{study}/profiles/{profile}", summary="The newest version", dependencies=[known_parameters()])
async def get_profile(study: StudyPath, profile: NamePath, request: Request, tools: ServicesDep) -> Response:
    """JSON, or the YAML text as it was stored (`Accept: application/yaml`)."""
    return _answer(request, await read(tools, lambda connection: profiles.newest(connection, study, profile)))


@router.get(
    "/studies/{study}/profiles/{profile}/versions/{version}",
    summary="One version of a mapping profile",
    dependencies=[known_parameters()],
)
async def get_profile_version(
    study: StudyPath, profile: NamePath, version: VersionPath, request: Request, tools: ServicesDep
) -> Response:
    """JSON, or the YAML text as it was stored (`Accept: application/yaml`)."""
    found = await read(tools, lambda connection: profiles.stored_version(connection, study, profile, version))
    return _answer(request, found)


@router.put(
    "/studies/{study}/profiles/{profile}",
    summary="Store a version of a mapping profile",
    dependencies=[known_parameters()],
    openapi_extra=document_body("/profiles/schema"),
    responses={
        201: {"description": "The version is new"},
        409: {"description": "The version is stored with another content"},
        422: {"description": "Not a mapping profile; each issue names its line"},
    },
)
async def put_profile(study: StudyPath, profile: NamePath, request: Request, tools: ServicesDep) -> Response:
    """A version is stored once and never changes. A profile that bears no number gets the next one where it is new."""
    try:
        loaded, text = await run_in_threadpool(read_document, request, await request.body(), load, load_value)
    except WrongProfile as error:
        raise profiles.refusal(error) from None
    time = tools.clock()
    future = tools.writer.submit(
        lambda connection: profiles.put(connection, study, profile, loaded, text, time, ANONYMOUS)
    )
    stored, new = await asyncio.wrap_future(future)
    return json_answer(_entry(stored), 201 if new else 200)


def _entry(stored: StoredProfile) -> dict[str, Any]:
    found = profiles.read(stored.body)
    shown = {"profile": stored.id, "version": stored.version, "title": found.title, "format": found.format}
    return {**shown, "shipped": stored.study == SHIPPED, "digest": stored.digest, "stored": stored.at}


def _answer(request: Request, stored: StoredProfile) -> Response:
    return document_answer(request, stored.body, stored.digest, load(stored.body.encode()).value)
