"""One POST to a receiver: signed, without redirects, to the address that was looked up.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import httpx

from app.config import Settings
from app.interop.fhir.subscriptions.secrets import key
from app.services.subscriptions.address import Refused, Resolve, choose

RESOLVERS = 64


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent. id: the same at every attempt; timeout: in seconds, from the look-up to the answer."""

    id: str
    endpoint: str
    media_type: str
    headers: tuple[tuple[str, str], ...]
    secret: str
    body: bytes
    timeout: int


def signature(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of ``id.timestamp.body`` as the header `webhook-signature` has it."""
    signed = b"%b.%d.%b" % (identifier.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.new(key(secret), signed, hashlib.sha256).digest()).decode()


class Webhooks:
    """Sends messages. resolve: host and port to addresses; transport: None is the network."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        resolve: Resolve,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._resolve = resolve
        # A name server that does not answer must not hold the threads that read the store.
        self._resolvers = ThreadPoolExecutor(RESOLVERS, "resolver")
        # A proxy of the environment would look the host up again; a redirect would lead somewhere unchecked; those who
        # are slow must not use up the connections of others.
        limits = httpx.Limits(max_connections=None)
        self._client = httpx.AsyncClient(transport=transport, limits=limits, trust_env=False, follow_redirects=False)

    async def send(self, message: Message) -> tuple[int | None, str]:
        """(HTTP status, '') of the answer, or (None, why there was none). The answer's body is not read."""
        try:
            async with asyncio.timeout(message.timeout):
                return await self._post(message), ""
        except TimeoutError:
            return None, "no answer in time"
        except Refused as refused:
            return None, str(refused)
        except (httpx.HTTPError, OSError, ValueError) as error:
            return None, f"no connection: {type(error).__name__}"

    async def _post(self, message: Message) -> int:
        url = httpx.URL(message.endpoint)
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().run_in_executor(self._resolvers, self._resolve, url.host, port)
        target = url.copy_with(host=choose(self._settings, url, found))
        request = self._client.build_request(
            "POST",
            target,
            content=message.body,
            headers=self._headers(message, url),
            timeout=message.timeout,
            extensions={"sni_hostname": url.host},
        )
        answer = await self._client.send(request, stream=True)
        # Closed unread, it takes its connection along: a kept one leads to an address, and the host that was proven for
        # it may be another receiver's.
        await answer.aclose()
        return answer.status_code

    def _headers(self, message: Message, url: httpx.URL) -> list[tuple[str, str]]:
        now = int(self._clock().timestamp())
        return [
            *message.headers,
            ("host", url.netloc.decode()),
            ("content-type", message.media_type),
            ("webhook-id", message.id),
            ("webhook-timestamp", str(now)),
            ("webhook-signature", signature(message.secret, message.id, now, message.body)),
        ]

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()
        self._resolvers.shutdown(wait=False, cancel_futures=True)
