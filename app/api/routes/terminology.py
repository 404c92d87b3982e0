"""Which code tables are loaded: names, versions and counts, never an entry, as what they hold may be licensed.

docs/terminology.md
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from app.api.dependencies import ServicesDep, json_answer, known_parameters, read
from app.storage import code_tables
from app.storage.code_tables import CodeTable

router = APIRouter(tags=["terminology"])


@router.get("/terminology", summary="Code tables that are loaded", dependencies=[known_parameters()])
async def list_tables(tools: ServicesDep) -> Response:
    """Every version of every table, in the order in which they were loaded; the last one counts."""
    found = await read(tools, code_tables.every)
    return json_answer({"tables": [_entry(table) for table in found]})


def _entry(table: CodeTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "version": table.version,
        "system": table.system,
        "entries": table.entries,
        "loaded": table.loaded,
        "digest": table.digest,
    }
