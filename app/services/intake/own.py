"""Clients' own resources, back from the store.

docs/adr/0011-what-a-client-wrote.md
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.own import R4, Own, decode
from app.interop.fhir.r5.back.convert import as_r4
from app.storage.held import Held


def own_of(held: Held) -> Own:
    """The client's resource behind a stored version."""
    body = decode(held.body)
    return Own(held.type, held.id, held.role, held.release, body, in_r4(body, held.release))


def in_r4(body: dict[str, Any], release: int) -> dict[str, Any]:
    """The resource in R4, whatever release its client wrote."""
    return body if release == R4 else as_r4(body)
