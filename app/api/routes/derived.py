"""Values derived from their components, beside the reported ones.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api.axes import AXES, AxesDep
from app.api.dependencies import NumberPath, ServicesDep, StudyPath, json_answer, known_parameters, read
from app.services.derived import derived

router = APIRouter(tags=["grades"])


@router.get(
    "/studies/{study}/subjects/{subject:path}/derived",
    summary="GVHD, CRS, ICANS and response derived from their components",
    dependencies=[known_parameters(*AXES)],
)
async def get_derived(
    study: StudyPath,
    subject: NumberPath,
    tools: ServicesDep,
    asked: AxesDep,
) -> Response:
    """Each record with its components, the derived and the reported value, and whether they agree."""
    return json_answer(await read(tools, lambda connection: derived(connection, study, subject, asked.axes)))
