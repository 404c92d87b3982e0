"""Trial endpoints: definitions, estimates, one row or exclusion for every subject.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app.api import csv
from app.api.asked import AskedDep, asked_parameters
from app.api.dependencies import ServicesDep, StudyPath, json_answer, known_parameters, read
from app.api.estimating import ESTIMATING, EstimatingDep
from app.api.tables import estimate, subjects
from app.endpoints.definition import Definition, TimeToEvent
from app.endpoints.words import words
from app.services.asking import Axes, frame
from app.services.derivation import derivation

router = APIRouter(tags=["endpoints"])
EndpointPath = Annotated[str, Path(pattern=r"^[A-Z0-9_]{1,32}$")]


@router.get("/studies/{study}/endpoints", summary="Definitions", dependencies=[known_parameters()])
async def list_endpoints(study: StudyPath, tools: ServicesDep) -> Response:
    """Every endpoint of the study's definition, in words."""
    definition = (await read(tools, lambda connection: frame(connection, study, Axes()))).definition
    return json_answer(
        {
            "study": study,
            "definition": definition.id,
            "definition_version": definition.version,
            "window_days": definition.window_days,
            "endpoints": [_describe(definition, name) for name in definition.endpoints],
        }
    )


def _describe(definition: Definition, name: str) -> dict[str, Any]:
    rule = definition.endpoints[name]
    analyses = {"primary": "as the text says"}
    if isinstance(rule, TimeToEvent):
        analyses |= {key: override.text for key, override in rule.analyses.items()}
    return {
        "id": name,
        "label": rule.label,
        "role": rule.role,
        "kind": rule.kind,
        "text": rule.text,
        "words": words(definition, name),
        "analyses": analyses,
        "definition": rule.model_dump(exclude={"label", "role", "kind", "text", "analyses"}, exclude_none=True),
    }


@router.get(
    "/studies/{study}/endpoints/{endpoint}",
    summary="Estimate of an endpoint",
    dependencies=[asked_parameters(*ESTIMATING)],
    responses=csv.DOCUMENTED,
)
async def get_endpoint(
    request: Request,
    study: StudyPath,
    endpoint: EndpointPath,
    tools: ServicesDep,
    asked: AskedDep,
    estimating: EstimatingDep,
) -> Response:
    """Kaplan-Meier, cumulative incidence, or a proportion with its exact interval; JSON, or CSV by Accept."""
    as_csv = csv.wants_csv(request)

    def ask(connection: Any) -> dict[str, Any]:
        return derivation.summary(connection, asked.question(connection, study, endpoint), estimating.wanted)

    body = await read(tools, ask)
    return csv.answer(body, as_csv, estimate.COLUMNS, estimate.lines(body))


@router.get(
    "/studies/{study}/endpoints/{endpoint}/subjects",
    summary="One row or one exclusion for every subject",
    dependencies=[asked_parameters()],
    responses=csv.DOCUMENTED,
)
async def get_rows(
    request: Request,
    study: StudyPath,
    endpoint: EndpointPath,
    tools: ServicesDep,
    asked: AskedDep,
) -> Response:
    """Each row carries the record versions that decided it; JSON, or CSV by Accept."""
    as_csv = csv.wants_csv(request)

    def ask(connection: Any) -> tuple[str, dict[str, Any]]:
        question = asked.question(connection, study, endpoint)
        return question.rule.kind, derivation.subject_rows(connection, question)

    kind, body = await read(tools, ask)
    return csv.answer(body, as_csv, subjects.columns(kind), subjects.lines(body))
