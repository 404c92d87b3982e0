"""The manifest of a finished export, as version 3.0 of the guide has it.

https://hl7.org/fhir/uv/bulkdata/export.html#response---complete-status
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.interop.fhir.encode import to_json


@dataclass(frozen=True, slots=True)
class Item:
    """A file. kind: the list that it stands in, output, deleted or error; count: resources in it."""

    kind: str
    type: str
    url: str
    count: int


def manifest(time: str, request: str, token_needed: bool, items: Iterable[Item], deletions: bool) -> bytes:
    """time: of the snapshot; request: the kick-off's address; token_needed: whether files are given to a token alone;
    deletions: whether deleted resources were looked for.
    """
    lists: dict[str, list[dict[str, Any]]] = {"output": [], **({"deleted": []} if deletions else {}), "error": []}
    for item in items:
        lists[item.kind].append({"type": item.type, "url": item.url, "count": item.count})
    return to_json({"transactionTime": time, "request": request, "requiresAccessToken": token_needed, **lists})
