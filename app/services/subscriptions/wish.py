"""What a kept subscription asks for, read once.

http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription
"""

from __future__ import annotations

from functools import lru_cache

from app.interop.fhir.subscriptions.subscription import Wanted, read
from app.interop.jsontext import parse
from app.storage.subscriptions import Stored


def wish(stored: Stored) -> Wanted:
    """The wish of a subscription, which was checked when it came in."""
    return _read(stored.body)


@lru_cache(maxsize=4096)
def _read(body: str) -> Wanted:
    return read(parse(body.encode()))
