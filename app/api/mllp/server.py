"""The MLLP server: connections in, each a channel; closed in order when it is told to stop.

https://www.medinf.net/HL7-Edition2012/infrastructure/transport/transport_mllp.html
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass

from app.api.mllp.channel import Channel, Take, Wire
from app.api.mllp.limits import Limits

LOG = logging.getLogger("engraft")
_HANDSHAKE_SECONDS = 10.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; tls: with which certificates."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


class MllpServer:
    """Serves as many connections at once as it may. take: what becomes of a frame."""

    def __init__(self, take: Take, limits: Limits) -> None:
        self._take = take
        self._limits = limits
        self._channels: dict[Channel, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._full = False

    async def start(self, address: Address) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(
            self._connected,
            address.host,
            address.port,
            ssl=address.tls,
            ssl_handshake_timeout=_HANDSHAKE_SECONDS if address.tls else None,
            backlog=self._limits.connections,
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more connections, read no more; what was read is committed and answered first."""
        if self._server is not None:
            self._server.close()
        for channel in self._channels:
            channel.stop()
        if self._channels:
            await asyncio.wait(list(self._channels.values()), timeout=STOP_SECONDS)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._channels) >= self._limits.connections:
            self._refuse(writer)
            return
        self._full = False
        channel = Channel(Wire(reader, writer), self._limits, self._take)
        self._channels[channel] = task
        try:
            await channel.serve()
        finally:
            del self._channels[channel]

    def _refuse(self, writer: asyncio.StreamWriter) -> None:
        """One connection too many: closed at once, so that its sender tries again later."""
        if not self._full:
            LOG.warning("refused a connection: %d are open", len(self._channels))
        self._full = True
        writer.transport.abort()
