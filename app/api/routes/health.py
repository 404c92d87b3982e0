"""Whether the service lives and can answer."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api.dependencies import ServicesDep, json_answer, read
from app.storage import counter

router = APIRouter(tags=["operations"], prefix="/health")


@router.get("/live", summary="The process answers")
async def live() -> Response:
    """Always 200 while the process runs."""
    return json_answer({"status": "live"})


@router.get("/ready", summary="The database answers")
async def ready(tools: ServicesDep) -> Response:
    """200 when the store can be read; 503 otherwise."""
    newest = await read(tools, counter.latest)
    return json_answer({"status": "ready", "seq": newest.seq})
