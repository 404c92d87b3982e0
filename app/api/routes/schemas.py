"""JSON Schemas of the record types.

https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api.dependencies import json_answer, known_parameters
from app.domain.errors import Category, Fault, Issue
from app.domain.nearest import nearest
from app.domain.records import RECORD_TYPES
from app.interop.record_schema import record_schema

router = APIRouter(tags=["intake"])
SCHEMA = "application/schema+json"
NamePath = Annotated[str, Path(pattern=r"^[a-z_]{1,32}$")]


@router.get("/schemas/records", summary="The record types", dependencies=[known_parameters()])
async def list_schemas() -> Response:
    """Every record type with the address of its schema."""
    return json_answer({"records": [{"type": name, "schema": f"/schemas/records/{name}"} for name in RECORD_TYPES]})


@router.get("/schemas/records/{record_type}", summary="JSON Schema of a record type", dependencies=[known_parameters()])
async def get_schema(record_type: NamePath) -> Response:
    """What `POST /studies/{study}/records` takes of this type (JSON Schema, draft 2020-12)."""
    if record_type not in RECORD_TYPES:
        issue = Issue(
            "record_type",
            "not-found",
            "no such record type",
            ", ".join(RECORD_TYPES),
            suggestion=nearest(record_type, RECORD_TYPES),
        )
        raise Fault(Category.NOT_FOUND, issue.message, (issue,))
    answer = json_answer(record_schema(record_type))
    answer.headers["content-type"] = SCHEMA
    return answer
