"""Tokens that bind a websocket to subscriptions: signed, for a short time, good for these subscriptions alone.

http://hl7.org/fhir/uv/subscriptions-backport/channels.html#websockets
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from app.services.context import Services
from app.services.search.token import page_key

LIFETIME = timedelta(minutes=30)
_PURPOSE = b"websocket."


def write_token(services: Services, subscriptions: Sequence[str]) -> tuple[str, datetime]:
    """A token for subscriptions, and when it ends."""
    ends = services.clock() + LIFETIME
    content = json.dumps([int(ends.timestamp()), *subscriptions]).encode()
    return f"{_text(content)}.{_text(_signature(services, content))}", ends


def read_token(services: Services, token: str) -> tuple[tuple[str, ...], datetime] | None:
    """(subscriptions, when it ends) of a token; None where it is not one of this store, or has ended."""
    content, _, signature = token.partition(".")
    try:
        signed, given = _bytes(content), _bytes(signature)
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(given, _signature(services, signed)):
        return None
    end, *subscriptions = json.loads(signed)
    ends = datetime.fromtimestamp(end, UTC)
    return (tuple(subscriptions), ends) if ends > services.clock() else None


def _signature(services: Services, content: bytes) -> bytes:
    with services.database.read.connect() as connection:
        return hmac.new(page_key(connection), _PURPOSE + content, hashlib.sha256).digest()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
