"""The errand: payload → reader → records → one transaction → receipt.

docs/adr/0001-acknowledged-means-kept.md
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from app.domain.errors import Category, Fault, Issue
from app.interop.records import Item, read_json, read_ndjson
from app.services.context import Services
from app.services.intake.prepare import Prepared, Refused, prepare
from app.services.intake.store import Payload, store

READERS: dict[str, Callable[[bytes, int], list[Item]]] = {
    "application/json": read_json,
    "application/x-ndjson": read_ndjson,
}


def read(services: Services, body: bytes, media_type: str) -> list[Prepared | Refused]:
    """Every record of a payload, checked as far as that needs no store."""
    reader = READERS.get(media_type)
    if reader is None:
        issue = Issue("Content-Type", "not-supported", "unknown media type", ", ".join(READERS))
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))
    return [prepare(item) for item in reader(body, services.settings.max_records)]


def submit(services: Services, payload: Payload) -> Future[dict[str, Any]]:
    """Store a payload; the receipt is there after the commit."""
    return services.writer.submit_shared(store, payload)


def status_of(receipt: dict[str, Any]) -> int:
    """HTTP status of a receipt: 201 when something was stored, 422 when all was rejected, else 200."""
    if receipt["accepted"] or receipt["amended"]:
        return 201
    return 422 if receipt["rejected"] and not receipt["unchanged"] else 200
