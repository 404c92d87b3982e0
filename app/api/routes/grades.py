"""Laboratory results with their CTCAE grades.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api.asked import AsOf, Cutoff
from app.api.dependencies import NumberPath, ServicesDep, StudyPath, json_answer, known_parameters, read
from app.services.grades import grades

router = APIRouter(tags=["grades"])


@router.get(
    "/studies/{study}/subjects/{subject:path}/grades",
    summary="CTCAE grades of laboratory results",
    dependencies=[known_parameters("cutoff", "as_of")],
)
async def get_grades(
    study: StudyPath, subject: NumberPath, tools: ServicesDep, cutoff: Cutoff = None, as_of: AsOf = None
) -> Response:
    """Every result with its grade by each CTCAE term on its test, the rule that decided, and what was assumed."""
    return json_answer(await read(tools, lambda connection: grades(connection, study, subject, cutoff, as_of)))
