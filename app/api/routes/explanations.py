"""One subject's result of an endpoint, explained.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from app.api.asked import AskedDep, asked_parameters
from app.api.dependencies import NumberPath, ServicesDep, StudyPath, json_answer, read
from app.api.routes.endpoints import EndpointPath
from app.services import asking
from app.services.derivation.explain import explain

router = APIRouter(tags=["endpoints"])


@router.get(
    "/studies/{study}/endpoints/{endpoint}/subjects/{subject:path}",
    summary="One subject's result in words",
    dependencies=[asked_parameters()],
)
async def get_explanation(
    study: StudyPath, endpoint: EndpointPath, subject: NumberPath, tools: ServicesDep, asked: AskedDep
) -> Response:
    """The row or the exclusion, the sentences that lead to it, candidates that were not taken, and open queries."""

    def ask(connection: Any) -> dict[str, Any]:
        everyone = asked.question(connection, study, endpoint)
        known = asking.subject_of(connection, study, subject, everyone.as_of)
        question = asked.question(connection, study, endpoint, known.id)
        return explain(connection, question, known.number)

    return json_answer(await read(tools, ask))
