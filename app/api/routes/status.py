"""Where one patient stands."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api.axes import AXES, AxesDep
from app.api.dependencies import NumberPath, ServicesDep, StudyPath, json_answer, known_parameters, read
from app.services.status.status import status

router = APIRouter(tags=["status"])


@router.get(
    "/studies/{study}/subjects/{subject:path}/status",
    summary="Status of a subject",
    dependencies=[known_parameters(*AXES)],
)
async def get_status(
    study: StudyPath,
    subject: NumberPath,
    tools: ServicesDep,
    asked: AxesDep,
) -> Response:
    """Consent, treatment, DLT window, remission, GVHD, open events, every endpoint's state, open queries."""
    return json_answer(await read(tools, lambda connection: status(connection, study, subject, asked.axes)))
