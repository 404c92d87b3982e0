"""Studies and their subjects."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from app.api.dependencies import ServicesDep, StudyPath, json_answer, known_parameters, read
from app.domain.errors import Category, Fault, Issue, place
from app.domain.study import Study
from app.interop.jsontext import NotJson, parse
from app.services import studies
from app.services.asking import moment
from app.services.intake.study import put
from app.storage import events
from app.storage import studies as stored_studies
from app.storage.records import KnownSubject

router = APIRouter(tags=["studies"])


@router.get("/studies", summary="All studies", dependencies=[known_parameters()])
async def list_studies(tools: ServicesDep) -> Response:
    """Studies with their definition and sites."""
    found = await read(tools, stored_studies.every)
    return json_answer({"studies": [studies.as_json(study) for study in found]})


@router.get("/studies/{study}", summary="One study", dependencies=[known_parameters()])
async def get_study(study: StudyPath, tools: ServicesDep) -> Response:
    """The study with its definition and sites."""
    return json_answer(studies.as_json(await read(tools, lambda connection: studies.find(connection, study))))


@router.put(
    "/studies/{study}",
    summary="Make or change a study",
    dependencies=[known_parameters()],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": Study.model_json_schema()}},
        }
    },
    responses={201: {"description": "The study is new"}},
)
async def put_study(study: StudyPath, request: Request, tools: ServicesDep) -> Response:
    """Title, definition and sites with their time zones. A site that has sent records keeps its time zone."""
    body = _read(await request.body())
    time = tools.clock()
    future = tools.writer.submit(lambda connection: put(connection, study, body, time, tools.new_id, "anonymous"))
    stored, new = await asyncio.wrap_future(future)
    return json_answer(studies.as_json(stored), 201 if new else 200)


def _read(payload: bytes) -> Study:
    try:
        return Study.model_validate(parse(payload))
    except NotJson as error:
        issue = Issue(error.under(""), "structure", error.message, "a JSON object")
        raise Fault(Category.MALFORMED, error.message, (issue,)) from None
    except ValidationError as error:
        issues = tuple(
            Issue(place(item["loc"]), "value", str(item.get("ctx", {}).get("error", item["type"].replace("_", " "))))
            for item in error.errors(include_input=False, include_url=False)
        )
        raise Fault(Category.UNPROCESSABLE, "not a study", issues) from None


@router.get("/studies/{study}/subjects", summary="Subjects of a study", dependencies=[known_parameters("as_of")])
async def list_subjects(study: StudyPath, tools: ServicesDep, as_of: Annotated[str | None, Query()] = None) -> Response:
    """Subject numbers with their site and FHIR references."""

    def ask(connection):  # type: ignore[no-untyped-def]
        name = studies.find(connection, study).name
        known = moment(connection, as_of)
        enrolled = events.enrolled(connection, name, known.seq)
        found = stored_studies.subjects(connection, name, known.seq)
        return [_subject(subject) for key, subject in found.items() if key in enrolled]

    return json_answer({"study": study, "subjects": await read(tools, ask)})


def _subject(subject: KnownSubject) -> dict[str, str]:
    return {
        "subject": subject.number,
        "site": subject.site,
        "patient": f"Patient/{subject.patient}",
        "research_subject": f"ResearchSubject/{subject.research_subject}",
    }
