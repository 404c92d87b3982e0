"""Values derived from their components, beside the reported ones.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api.asked import AsOf, CutName, Cutoff
from app.api.dependencies import NumberPath, ServicesDep, StudyPath, json_answer, known_parameters, read
from app.services.derived import derived

router = APIRouter(tags=["grades"])


@router.get(
    "/studies/{study}/subjects/{subject:path}/derived",
    summary="GVHD, CRS, ICANS and response derived from their components",
    dependencies=[known_parameters("cutoff", "as_of", "cut")],
)
async def get_derived(
    study: StudyPath,
    subject: NumberPath,
    tools: ServicesDep,
    cutoff: Cutoff = None,
    as_of: AsOf = None,
    cut: CutName = None,
) -> Response:
    """Each record with its components, the derived and the reported value, and whether they agree."""
    return json_answer(await read(tools, lambda connection: derived(connection, study, subject, cutoff, as_of, cut)))
