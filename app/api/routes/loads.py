"""Large files in the background: sent, asked after, called off.

docs/loading.md
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.api.dependencies import IdPath, ServicesDep, StudyPath, json_answer, known_parameters, read
from app.api.openapi import file_body
from app.api.routes.records import said
from app.services.context import Services
from app.services.intake.submission import Context
from app.services.loads import asking, files
from app.services.loads.asking import Wanted
from app.storage import loads
from app.storage.loads import Load

router = APIRouter(tags=["intake"])
# Written to the disk at once.
BLOCK = 1024 * 1024


ContextDep = Annotated[Context, Depends(said)]
DryRun = Annotated[bool, Query(description="nothing is stored; the counts tell what would become of the file")]
SAID = ("site", "source", "profile", "dry_run")


@router.post(
    "/studies/{study}/loads",
    summary="Send a large file",
    dependencies=[known_parameters(*SAID, "again")],
    openapi_extra=file_body(),
    responses={
        200: {"description": "The same file was taken before"},
        202: {"description": "It is taken in the background: ask at Content-Location"},
        413: {"description": "Larger than a load may be"},
        507: {"description": "The disk has no room for it"},
    },
)
async def post_load(
    study: StudyPath,
    request: Request,
    tools: ServicesDep,
    context: ContextDep,
    dry_run: DryRun = False,
    again: Annotated[bool, Query()] = False,
) -> Response:
    """A file of NDJSON, CSV or HL7 v2, as large as the disk has room for. The same file again is the same load: one
    that was called off or failed goes on where it ended, one that is complete is taken once more only by `again`.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    wanted = await run_in_threadpool(asking.checked, tools, Wanted(study, media_type, context, dry_run, again))
    declared = request.headers.get("content-length", "0")
    upload = await run_in_threadpool(files.Upload, tools, int(declared) if declared.isdigit() else 0)
    try:
        async for block in _blocks(request):
            await run_in_threadpool(upload.write, block)
        load = await run_in_threadpool(asking.begin, tools, wanted, upload)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    finally:
        await run_in_threadpool(upload.close)
    status = 200 if load.state == loads.COMPLETED else 202
    answer = json_answer(asking.as_json(load), status)
    answer.headers["content-location"] = f"/studies/{study}/loads/{load.id}"
    return answer


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    gathered = bytearray()
    async for data in request.stream():
        gathered += data
        if len(gathered) >= BLOCK:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


@router.get("/studies/{study}/loads", summary="Large files sent", dependencies=[known_parameters("before", "count")])
async def list_loads(
    study: StudyPath,
    tools: ServicesDep,
    before: Annotated[str, Query(max_length=32)] = "",
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The newest first. before: only those created before that time, as `created` has it."""
    found = await read(tools, lambda connection: asking.listed(connection, study, before, count))
    return json_answer({"study": study, "loads": [asking.as_json(load) for load in found]})


@router.get(
    "/studies/{study}/files/{digest}",
    summary="The load of a file",
    dependencies=[known_parameters(*SAID, "media_type")],
)
async def get_file(
    study: StudyPath,
    digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    media_type: Annotated[str, Query(max_length=64)],
    tools: ServicesDep,
    context: ContextDep,
    dry_run: DryRun = False,
) -> Response:
    """The load of the file with that SHA-256, read in that way; 404 where it was not sent yet."""
    wanted = await run_in_threadpool(asking.checked, tools, Wanted(study, media_type, context, dry_run, False))
    return json_answer(asking.as_json(await read(tools, lambda connection: asking.same(connection, wanted, digest))))


@router.get("/studies/{study}/loads/{load}", summary="How far a load is", dependencies=[known_parameters()])
async def get_load(study: StudyPath, load: IdPath, tools: ServicesDep) -> Response:
    """State, bytes and records done, speed, remaining seconds, counts by type and site, reasons of refusals."""
    return json_answer(asking.as_json(await read(tools, lambda connection: asking.get(connection, study, load))))


@router.delete("/studies/{study}/loads/{load}", summary="Call a load off", dependencies=[known_parameters()])
async def delete_load(study: StudyPath, load: IdPath, tools: ServicesDep) -> Response:
    """What it has taken stays; its file goes. A load that has ended stays as it is."""
    return json_answer(asking.as_json(await run_in_threadpool(asking.cancel, tools, study, load)))


@router.get(
    "/studies/{study}/loads/{load}/refused", summary="Refused lines of a load", dependencies=[known_parameters()]
)
async def get_refused(study: StudyPath, load: IdPath, tools: ServicesDep) -> Response:
    """The receipt's lines of what was refused or is held, one a line, in the order of the file."""
    found = await read(tools, lambda connection: asking.get(connection, study, load))
    return StreamingResponse(_refused(tools, found), media_type="application/x-ndjson")


def _refused(tools: Services, load: Load) -> Iterator[bytes]:
    """A page at a time, each in a read of its own."""
    after = 0
    while True:
        with tools.database.read.connect() as connection:
            page = loads.refused(connection, load.id, after)
        if not page:
            return
        for _, lines in page:
            yield b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        after = page[-1][0]
