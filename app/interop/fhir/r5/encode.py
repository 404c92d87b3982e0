"""The bytes of R5 out of the stored bytes of R4, on their way out.

https://hl7.org/fhir/R5/json.html

Most resources are Observations, which R5 left as they were: their bytes are sent as they are stored.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import msgspec

from app.interop.fhir.encode import to_json
from app.interop.fhir.r5.convert import NOUNS, as_r5
from app.interop.fhir.r5.moves import moves

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_INSIDE = (b'"contained"', b'"profile"')


def bytes_as_r5(resource_type: str, body: bytes) -> bytes:
    """The resource as JSON of R5, numbers to the digit. body: one whole resource of that type as JSON of R4.

    msgspec.DecodeError when it is no JSON, which stored bytes never are.
    """
    if is_same(resource_type) and not any(word in body for word in _INSIDE):
        return body
    return to_json(as_r5(_DECODER.decode(body)))


@cache
def is_same(resource_type: str) -> bool:
    """Whether R5 left the type as it was, as far as its own elements go."""
    return resource_type not in NOUNS and not any(name == resource_type for name, _ in moves())
