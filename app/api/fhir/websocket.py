"""Notifications over a websocket: bound by tokens, told event by event.

http://hl7.org/fhir/uv/subscriptions-backport/channels.html#websockets
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.api.fhir.subscription_operations import SOCKET
from app.services.context import Services
from app.services.subscriptions import binding, socket

BIND = "bind-with-token "
# Of https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
POLICY_VIOLATION = 1008
UNBOUND = timedelta(seconds=30)
MOST_CHARACTERS = 65_536


async def connect(websocket: WebSocket) -> None:
    """Bind to what the client has tokens for, and tell it until it goes or its last token ends."""
    await websocket.accept()
    connection = _Connection(websocket, websocket.app.state.services)
    try:
        await connection.serve()
    except WebSocketDisconnect:
        return


class _Connection:
    """One client. bound: what each subscription was last told, and when its token ends."""

    def __init__(self, websocket: WebSocket, services: Services) -> None:
        self._websocket = websocket
        self._services = services
        self._bound: dict[str, socket.Bound] = {}
        self._opened = services.clock()

    async def serve(self) -> None:
        """Listen and tell, in turns, until there is nothing more to tell."""
        listening = asyncio.create_task(self._websocket.receive())
        try:
            while self._is_wanted(self._services.clock()):
                await asyncio.wait({listening}, timeout=self._services.settings.poll_seconds)
                if listening.done():
                    message = listening.result()
                    if message["type"] == "websocket.disconnect":
                        return
                    listening = asyncio.create_task(self._websocket.receive())
                    await self._hear(message.get("text") or "")
                await self._tell()
        finally:
            listening.cancel()
        await self._websocket.close(POLICY_VIOLATION, "no token that is still good")

    def _is_wanted(self, now: datetime) -> bool:
        for name in [name for name, bound in self._bound.items() if bound.ends <= now]:
            del self._bound[name]
        return bool(self._bound) or now < self._opened + UNBOUND

    async def _hear(self, text: str) -> None:
        """A token; whatever else is said is not answered."""
        if not text.startswith(BIND) or len(text) > MOST_CHARACTERS:
            return
        found = await run_in_threadpool(binding.read_token, self._services, text.removeprefix(BIND).strip())
        if found is None:
            return
        for name in found[0]:
            bound, handshake = await run_in_threadpool(socket.bind, self._services, name, found[1])
            if bound is not None:
                self._bound[name] = self._bound.get(name, bound).until(found[1])
                await self._websocket.send_text(handshake)

    async def _tell(self) -> None:
        """What is new to each; one that was turned off or deleted is left."""
        for name, bound in list(self._bound.items()):
            while message := await run_in_threadpool(socket.next_message, self._services, name, bound):
                await self._websocket.send_text(message.text)
                bound = self._bound[name] = message.bound
                await run_in_threadpool(socket.note, self._services, name, bound)
            if not await run_in_threadpool(socket.is_open, self._services, name):
                del self._bound[name]


ROUTES = [WebSocketRoute(SOCKET, connect)]
