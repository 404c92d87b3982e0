"""The final bytes of a resource.

https://hl7.org/fhir/R4/json.html#decimal
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.interop.fhir.draft import Draft

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode(
    draft: Draft, id: str, version: int | str, last_updated: str, security: Sequence[dict[str, str]] = ()
) -> bytes:
    """The resource as JSON: resourceType, id and meta first, then the body; decimals to the digit.

    version: meta.versionId; last_updated: a FHIR instant; security: the Codings of meta.security.
    """
    meta: dict[str, Any] = {"versionId": str(version), "lastUpdated": last_updated}
    if draft.profile is not None:
        meta["profile"] = [draft.profile]
    if security:
        meta["security"] = security
    return to_json({"resourceType": draft.type, "id": id, "meta": meta, **draft.body})


def to_json(value: Any) -> bytes:
    """JSON bytes; a Decimal becomes a number with all of its digits (1.50 stays 1.50)."""
    return _ENCODER.encode(value)


def pretty(body: bytes) -> bytes:
    """The same JSON on many lines; numbers keep their digits."""
    return msgspec.json.format(body, indent=2)
