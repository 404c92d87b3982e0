"""Laboratory results with their CTCAE grades.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.api import csv
from app.api.axes import AXES, AxesDep
from app.api.dependencies import NumberPath, ServicesDep, StudyPath, known_parameters, read
from app.api.tables import listings
from app.services.grades import grades

router = APIRouter(tags=["grades"])


@router.get(
    "/studies/{study}/subjects/{subject:path}/grades",
    summary="CTCAE grades of laboratory results",
    dependencies=[known_parameters(*AXES)],
    responses=csv.DOCUMENTED,
)
async def get_grades(
    request: Request,
    study: StudyPath,
    subject: NumberPath,
    tools: ServicesDep,
    asked: AxesDep,
) -> Response:
    """Every result with its grade by each CTCAE term on its test, the rule that decided, and what was assumed."""
    as_csv = csv.wants_csv(request)
    body = await read(tools, lambda connection: grades(connection, study, subject, asked.axes))
    return csv.answer(body, as_csv, listings.GRADES, listings.grades(body))
