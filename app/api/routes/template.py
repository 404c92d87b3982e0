"""The workbook in which a hospital without an export of its own writes its records.

docs/profiles/engraft-template.md
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import ServicesDep, StudyPath, known_parameters, read
from app.interop.template.workbook import template
from app.services import studies

router = APIRouter(tags=["profiles"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {}}, "description": "An Excel workbook"}}


@router.get(
    "/studies/{study}/template.xlsx",
    summary="An Excel workbook to be filled in",
    dependencies=[known_parameters()],
    response_class=Response,
    responses=_ANSWER,
)
async def get_template(study: StudyPath, tools: ServicesDep) -> Response:
    """One sheet a type of record, with drop-downs; sent back, it is read by the profile `engraft-template-xlsx`."""
    found = await read(tools, lambda connection: studies.find(connection, study))
    body = await run_in_threadpool(template, [site.id for site in found.study.sites])
    headers = {"content-disposition": f'attachment; filename="{found.name}.xlsx"'}
    return Response(body, headers=headers, media_type=XLSX)
