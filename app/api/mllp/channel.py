"""One connection: frames in, acknowledgments out, in the order of the frames.

docs/mllp.md

A message is acknowledged when its commit is done, and not otherwise: where no answer can be given, the connection ends,
and the sender sends again what it got none for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.api.mllp.limits import Limits
from app.interop.hl7v2.mllp import Frame, Frames, framed

LOG = logging.getLogger("engraft")
# The answer to come; empty where the sender wants none.
Coming = asyncio.Future[bytes]
Take = Callable[[Frame], Awaitable[Coming]]
_CHUNK = 65_536
_CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Wire:
    """The two ends of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Channel:
    """Serves one connection until it ends, is idle for too long, or the door closes."""

    def __init__(self, wire: Wire, limits: Limits, take: Take) -> None:
        self._wire = wire
        self._limits = limits
        self._take = take
        self._frames = Frames(limits.message)
        self._coming: asyncio.Queue[Coming | None] = asyncio.Queue()
        # None left, the connection is not read, and so its sender cannot send.
        self._room = asyncio.Semaphore(limits.ahead)
        self._patience: asyncio.Timeout | None = None
        self._begun: float | None = None
        self._stopping = False

    async def serve(self) -> None:
        """Everything that comes; at the end every whole message has been answered, or cannot be."""
        answering = asyncio.create_task(self._answer())
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.wait((answering, listening), return_when=asyncio.FIRST_COMPLETED)
            self._coming.put_nowait(None)
            if listening.done():
                await asyncio.wait((answering,))
        finally:
            await self._end(answering, listening)

    def stop(self) -> None:
        """Read no more; what was read is still answered."""
        self._stopping = True
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def _listen(self) -> None:
        while not self._stopping:
            data = await self._read()
            if not data:
                return
            for frame in self._frames.feed(data):
                self._begun = None
                await self._room.acquire()
                self._coming.put_nowait(await self._take(frame))
                if frame.cut:  # where it ends nobody knows
                    await self._pass_over()
                    return

    async def _read(self) -> bytes:
        """What has come; nothing where the connection ended, was idle for too long, or the door closes."""
        now = asyncio.get_running_loop().time()
        self._begun = (self._begun or now) if self._frames.begun else None
        until = now + self._limits.idle
        if self._begun is not None:
            until = min(until, self._begun + self._limits.frame)
        try:
            async with asyncio.timeout_at(until) as self._patience:
                return await self._wire.reader.read(_CHUNK)
        except TimeoutError:
            return b""
        finally:
            self._patience = None

    async def _pass_over(self) -> None:
        """Let the rest of a message that is too long come for a while: closed before, its sender sees no answer."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                while await self._wire.reader.read(_CHUNK):
                    pass
        except TimeoutError:
            return

    async def _answer(self) -> None:
        while (coming := await self._coming.get()) is not None:
            answer = await coming
            if answer:
                self._wire.writer.write(framed(answer))
                async with asyncio.timeout(self._limits.idle):  # of a sender that reads nothing
                    await self._wire.writer.drain()
            self._room.release()

    async def _end(self, *tasks: asyncio.Task[None]) -> None:
        """End what still runs; what went wrong is told by its kind alone, its text may hold a patient's data."""
        for task in tasks:
            task.cancel()
        left = [coming for _ in range(self._coming.qsize()) if (coming := self._coming.get_nowait()) is not None]
        for found in await asyncio.gather(*tasks, *left, return_exceptions=True):
            if isinstance(found, Exception) and not isinstance(found, OSError | TimeoutError):
                LOG.error("a connection ended: %s", type(found).__name__)
        self._wire.writer.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._wire.writer.wait_closed()
        except (OSError, TimeoutError):
            self._wire.writer.transport.abort()
