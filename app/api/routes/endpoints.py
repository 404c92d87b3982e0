"""Trial endpoints: definitions, estimates, one row or exclusion for every subject.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from app.api.asked import AskedDep, AsOf, asked_parameters
from app.api.dependencies import ServicesDep, StudyPath, json_answer, known_parameters, read
from app.endpoints.definition import ConfType, Definition, TimeToEvent
from app.services import asking, studies
from app.services.derivation import derivation
from app.services.derivation.derivation import Wanted
from app.services.derivation.question import find_definition
from app.services.queries import queries_of_study
from app.storage import studies as stored_studies

router = APIRouter(tags=["endpoints"])
EndpointPath = Annotated[str, Path(pattern=r"^[A-Z0-9_]{1,32}$")]


@router.get("/studies/{study}/endpoints", summary="Definitions", dependencies=[known_parameters()])
async def list_endpoints(study: StudyPath, tools: ServicesDep) -> Response:
    """Every endpoint of the study's definition, in words."""
    stored = await read(tools, lambda connection: studies.find(connection, study))
    definition = find_definition(stored.definition, stored.definition_version)
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
        "analyses": analyses,
        "definition": rule.model_dump(exclude={"label", "role", "kind", "text", "analyses"}, exclude_none=True),
    }


@router.get(
    "/studies/{study}/endpoints/{endpoint}",
    summary="Estimate of an endpoint",
    dependencies=[asked_parameters("group_by", "conf_type", "curve")],
)
async def get_endpoint(
    study: StudyPath,
    endpoint: EndpointPath,
    tools: ServicesDep,
    asked: AskedDep,
    group_by: Annotated[str | None, Query(max_length=200, pattern=r"^\P{Cc}+$")] = None,
    conf_type: Annotated[ConfType | None, Query()] = None,
    curve: Annotated[bool, Query()] = False,
) -> Response:
    """Kaplan-Meier, cumulative incidence, or a proportion with its exact interval."""

    def ask(connection: Any) -> dict[str, Any]:
        question = asked.question(connection, study, endpoint)
        return derivation.summary(connection, question, Wanted(group_by, conf_type, curve))

    return json_answer(await read(tools, ask))


@router.get(
    "/studies/{study}/endpoints/{endpoint}/subjects",
    summary="One row or one exclusion for every subject",
    dependencies=[asked_parameters()],
)
async def get_rows(
    study: StudyPath,
    endpoint: EndpointPath,
    tools: ServicesDep,
    asked: AskedDep,
) -> Response:
    """Each row carries the record versions that decided it."""

    def ask(connection: Any) -> dict[str, Any]:
        question = asked.question(connection, study, endpoint)
        return derivation.subject_rows(connection, question)

    return json_answer(await read(tools, ask))


@router.get("/studies/{study}/queries", summary="Data queries", dependencies=[known_parameters("as_of")])
async def list_queries(study: StudyPath, tools: ServicesDep, as_of: AsOf = None) -> Response:
    """Contradictions and gaps in the study's data, by subject."""

    def ask(connection: Any) -> dict[str, Any]:
        stored = studies.find(connection, study)
        known = asking.moment(connection, as_of)
        found = queries_of_study(connection, stored.name, known.seq)
        subjects = stored_studies.subjects(connection, stored.name, known.seq)
        listed = [
            {"subject": subject.number, "site": subject.site, **query.as_json()}
            for key, subject in subjects.items()
            for query in found.get(key, [])
        ]
        return {"study": study, "as_of": {"seq": known.seq, "time": known.time}, "queries": listed}

    return json_answer(await read(tools, ask))
