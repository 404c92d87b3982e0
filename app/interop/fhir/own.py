"""A resource as its client wrote it: its elements and decimals; id, versionId and lastUpdated are ours.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from app.interop.fhir.encode import to_json
from app.interop.fhir.search.extract import Value, extract

R4, R5 = 4, 5
_OURS = ("versionId", "lastUpdated")


@dataclass(frozen=True, slots=True)
class Own:
    """A client's resource and the place that it takes in a record.

    role: as of the writer's Draft; release: of FHIR that `body` is written in; body: its JSON, numbers as int or
    Decimal; r4: the same in R4, for search.
    """

    type: str
    id: str
    role: str
    release: int
    body: dict[str, Any]
    r4: dict[str, Any]

    def encode(self, version: int, updated: str) -> bytes:
        """The final bytes of a version."""
        return encode_own(self.body, self.id, version, updated)

    def values(self) -> list[Value]:
        """What search finds it by."""
        return extract(self.type, self.r4)


def encode_own(body: dict[str, Any], identifier: str, version: int, updated: str) -> bytes:
    """The client's JSON with our id and meta before its own elements; what else its meta says is kept."""
    meta = {name: value for name, value in body.get("meta", {}).items() if name not in _OURS}
    own = {"versionId": str(version), "lastUpdated": updated, **meta}
    rest = {name: value for name, value in body.items() if name not in ("resourceType", "id", "meta")}
    return to_json({"resourceType": body["resourceType"], "id": identifier, "meta": own, **rest})


def decode(body: bytes) -> dict[str, Any]:
    """The JSON of stored bytes, decimals to the digit."""
    return _DECODER.decode(body)


_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
