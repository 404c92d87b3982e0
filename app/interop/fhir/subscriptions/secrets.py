"""What a subscription tells the service and nobody else: the values of its headers, and the secret that signs.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from app.domain.errors import Issue
from app.interop.fhir.subscriptions.urls import SECRET

Json = dict[str, Any]
PREFIX = "whsec_"
HIDDEN = "***"
_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}): ?([\x20-\x7e]{0,2000})")
# The sender's own: a receiver must be able to trust them.
_OURS = frozenset({"host", "content-type", "content-length", "transfer-encoding", "connection", "te", "upgrade"})
_LEAST, _MOST = 24, 64


def issues(channel: Json) -> list[Issue]:
    """Faults of a channel's headers and of its secret."""
    found = [
        Issue(f"channel.header[{index}]", "value", "not a header that can be sent", "Name: value; not of the transport")
        for index, text in enumerate(channel.get("header", []))
        if not _is_header(text)
    ]
    given = [one.get("valueString") for one in channel.get("extension", []) if one["url"] == SECRET]
    if len(given) > 1 or any(not _is_secret(one) for one in given):
        expected = f"one valueString: {PREFIX} and {_LEAST} to {_MOST} bytes in base64"
        found.append(Issue("channel.extension", "value", "not a secret", expected))
    return found


def _is_header(text: Any) -> bool:
    found = _HEADER.fullmatch(text) if isinstance(text, str) else None
    return found is not None and found[1].lower() not in _OURS and not found[1].lower().startswith("webhook-")


def _is_secret(text: Any) -> bool:
    if not (isinstance(text, str) and text.startswith(PREFIX)):
        return False
    try:
        return _LEAST <= len(key(text)) <= _MOST
    except binascii.Error:
        return False


def key(secret: str) -> bytes:
    """The bytes that sign. Raises binascii.Error where it is not base64."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def new_secret(random: bytes) -> str:
    """A secret of 32 random bytes, as the receiver's library takes it."""
    return PREFIX + base64.b64encode(random).decode()


def take_out(resource: Json) -> tuple[Json, list[tuple[str, str]], str | None]:
    """(the resource without them, the headers, the secret); of a header its name stays to be seen."""
    channel = dict(resource["channel"])
    headers = [(found[1], found[2]) for text in channel.get("header", []) if (found := _HEADER.fullmatch(text))]
    if headers:
        channel["header"] = [f"{name}: {HIDDEN}" for name, _ in headers]
    extensions = channel.pop("extension", [])
    secret = next((one["valueString"] for one in extensions if one["url"] == SECRET), None)
    left = [one for one in extensions if one["url"] != SECRET]
    return {**resource, "channel": {**channel, **({"extension": left} if left else {})}}, headers, secret


def with_secret(resource: Json, secret: str) -> Json:
    """The resource with the secret in it: the one answer that shows it, to who made it."""
    channel = resource["channel"]
    extensions = [*channel.get("extension", []), {"url": SECRET, "valueString": secret}]
    return {**resource, "channel": {**channel, "extension": extensions}}
