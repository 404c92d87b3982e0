"""Data cuts of a study.

docs/cuts.md
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import ValidationError

from app.api.asked import NAME
from app.api.dependencies import ServicesDep, StudyPath, json_answer, known_parameters, read
from app.domain.errors import Category, Fault, Issue, place
from app.interop.jsontext import NotJson, parse
from app.services import cuts
from app.services.cuts import Cut

router = APIRouter(tags=["data cuts"])
CutPath = Annotated[str, Path(pattern=NAME)]
ANONYMOUS = "anonymous"


@router.get("/studies/{study}/cuts", summary="Data cuts of a study", dependencies=[known_parameters()])
async def list_cuts(study: StudyPath, tools: ServicesDep) -> Response:
    """In the order in which they were made."""
    found = await read(tools, lambda connection: cuts.every(connection, study))
    return json_answer({"study": study, "cuts": [cuts.as_json(cut) for cut in found]})


@router.get("/studies/{study}/cuts/{cut}", summary="One data cut", dependencies=[known_parameters()])
async def get_cut(study: StudyPath, cut: CutPath, tools: ServicesDep) -> Response:
    """Cut-off, moment and definition version that the name stands for."""
    return json_answer(cuts.as_json(await read(tools, lambda connection: cuts.get(connection, study, cut))))


@router.get(
    "/studies/{study}/cuts/{cut}/digest", summary="Fingerprint of the results", dependencies=[known_parameters()]
)
async def get_digest(study: StudyPath, cut: CutPath, tools: ServicesDep) -> Response:
    """SHA-256 of every endpoint's summary and subject rows at the cut: equal digests are equal results."""
    return json_answer(await read(tools, lambda connection: cuts.digest(connection, study, cut)))


@router.put(
    "/studies/{study}/cuts/{cut}",
    summary="Make a data cut",
    dependencies=[known_parameters()],
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": Cut.model_json_schema()}}}
    },
    responses={201: {"description": "The cut is new"}, 409: {"description": "The name stands for another cut"}},
)
async def put_cut(study: StudyPath, cut: CutPath, request: Request, tools: ServicesDep) -> Response:
    """A cut never changes and is never deleted."""
    wanted, time = _read(await request.body()), tools.clock()
    future = tools.writer.submit(lambda connection: cuts.put(connection, study, cut, wanted, time, ANONYMOUS))
    stored, new = await asyncio.wrap_future(future)
    return json_answer(cuts.as_json(stored), 201 if new else 200)


def _read(payload: bytes) -> Cut:
    try:
        return Cut.model_validate(parse(payload))
    except NotJson as error:
        issue = Issue(error.under(""), "structure", error.message, "a JSON object")
        raise Fault(Category.MALFORMED, error.message, (issue,)) from None
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        issues = tuple(Issue(place(item["loc"][:1]), "value", item["type"].replace("_", " ")) for item in found)
        raise Fault(Category.UNPROCESSABLE, "not a data cut", issues) from None
