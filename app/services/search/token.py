"""The token of a page: short, signed, and good for the search that it came from alone.

https://www.rfc-editor.org/rfc/rfc2104
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.services.search.faults import refused
from app.storage.tables import SERVICE_KEY

_FORM = re.compile(r"(\d{1,18})-(\d{1,18})-([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the snapshot of its search, and the row id of its last match."""

    seq: int
    last: int


def page_key(connection: Connection) -> bytes:
    """The key of this store, made with it."""
    statement = select(SERVICE_KEY.c.value).where(SERVICE_KEY.c.name == "page")
    return bytes.fromhex(connection.execute(statement).scalar_one())


def write_token(key: bytes, search: str, place: Place) -> str:
    """The token that continues `search` (its path and parameters) at a place."""
    return f"{place.seq}-{place.last}-{_signature(key, search, place)}"


def read_token(key: bytes, search: str, token: str) -> Place:
    """The place behind a token. Fault where it was not written by this store for this very search."""
    found = _FORM.fullmatch(token)
    place = Place(int(found[1]), int(found[2])) if found else Place(0, 0)
    if found is None or not hmac.compare_digest(found[3], _signature(key, search, place)):
        raise refused("_page", "not a token of this search", "a `next` link as it was given")
    return place


def _signature(key: bytes, search: str, place: Place) -> str:
    text = f"{place.seq}-{place.last}-{search}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]
