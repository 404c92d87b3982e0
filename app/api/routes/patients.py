"""The hospital's own numbers of its patients. Identified data: for the hospital alone.

docs/identity.md
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.dependencies import ServicesDep, StudyPath, json_answer, known_parameters, read
from app.services.identity.listing import listing

router = APIRouter(tags=["intake"])


@router.get(
    "/studies/{study}/patients",
    summary="Numbers of patients: links, merges, what is held and what is at odds",
    dependencies=[known_parameters("site")],
)
async def list_patients(
    study: StudyPath, tools: ServicesDep, site: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """What is known of the numbers now; a link or a merge is sent as a record of type patient_link or patient_merge."""
    return json_answer(await read(tools, lambda connection: listing(connection, study, site)))
