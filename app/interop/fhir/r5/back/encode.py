"""The bytes of R4 out of those of R5 that a client wrote, on their way out.

https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from app.interop.fhir.elements import Json
from app.interop.fhir.encode import to_json
from app.interop.fhir.r5.back.convert import as_r4
from app.interop.fhir.r5.convert import as_r5
from app.interop.fhir.search.subset import marked

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def bytes_as_r4(body: bytes) -> bytes:
    """The resource as JSON of R4, numbers to the digit; where R4 cannot say all of it, it is tagged as a part.

    So nobody takes it for the whole, changes it and sends it back. msgspec.DecodeError when `body` is no JSON.
    """
    said: Json = _DECODER.decode(body)
    found = as_r4(said)
    if not _says(as_r5(found), said):
        found["meta"] = marked(found.get("meta", {}))
    return to_json(found)


def _says(whole: Any, part: Any) -> bool:
    """Whether all that `part` says is in `whole`; the order of arrays apart, and meta."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name == "meta" or name in whole and _says(whole[name], value) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return all(any(_says(item, wanted) for item in whole) for wanted in part)
    return bool(whole == part)
