"""The one that tells: a thread of its own, so that neither intake nor readers wait for it.

docs/subscriptions.md

It holds a lease in the store: of several processes on one database one tells. Each receiver is told by a task of its
own: a slow one keeps nobody waiting but itself.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from app.interop.fhir.subscriptions.subscription import REST_HOOK
from app.services.context import Services
from app.services.subscriptions import delivery
from app.services.subscriptions.detection import detect
from app.services.subscriptions.webhook import Webhooks
from app.storage import outbox, subscriptions
from app.storage.counter import utc_text

LOG = logging.getLogger("engraft")
T = TypeVar("T")
LEASE = timedelta(seconds=6)


class Dispatcher:
    """Finds events and tells them. owner: the name under which it holds the lease; random: numbers from 0 up to 1."""

    def __init__(self, services: Services, webhooks: Webhooks, owner: str, random: Callable[[], float]) -> None:
        self._services = services
        self._webhooks = webhooks
        self._owner = owner
        self._random = random
        self._held_until = datetime(1970, 1, 1, tzinfo=UTC)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._sending: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="subscriptions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; what is being sent is broken off, and sent again by whoever starts next."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    async def turn(self) -> None:
        """One round by hand: find all events, then send what is due and wait for the answers."""
        if await self._hold():
            await asyncio.to_thread(self._detect)
            await self._begin()
            await asyncio.gather(*self._sending.values())

    async def _run(self) -> None:
        await asyncio.gather(self._repeat(self._finding), self._repeat(self._begin))
        for task in list(self._sending.values()):
            task.cancel()
        await asyncio.gather(*self._sending.values(), return_exceptions=True)
        await self._webhooks.close()
        await asyncio.to_thread(self._write, lambda connection: outbox.release(connection, self._owner))

    async def _repeat(self, work: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                if await self._hold():
                    await work()
            except Exception as error:  # the store may be away for a while; nobody else would try again
                LOG.error("subscriptions: %s", type(error).__name__)
            await asyncio.sleep(self._services.settings.poll_seconds)

    async def _hold(self) -> bool:
        """Take the lease, or keep it; nothing is written while it has long to last, or while nobody subscribes."""
        now = self._services.clock()
        if now < self._held_until - LEASE / 2:
            return True
        if not await asyncio.to_thread(self._anybody):
            return False
        times = utc_text(now), utc_text(now + LEASE)
        held = await asyncio.to_thread(self._write, lambda connection: outbox.hold(connection, self._owner, *times))
        self._held_until = now + LEASE if held else now
        return held

    def _anybody(self) -> bool:
        with self._services.database.read.connect() as connection:
            return bool(subscriptions.every(connection))

    def _write(self, work: Callable[[Connection], T]) -> T:
        return self._services.writer.run(work)

    async def _finding(self) -> None:
        await asyncio.to_thread(self._detect)

    def _detect(self) -> None:
        while not self._stopping.is_set() and detect(self._services, self._owner):
            pass

    async def _begin(self) -> None:
        """Begin to send what is due and is not on its way."""
        now = self._services.clock()
        await asyncio.to_thread(delivery.turn_off_expired, self._services, now)
        for identifier in await asyncio.to_thread(delivery.due, self._services, now, REST_HOOK):
            if identifier not in self._sending:
                task = self._sending[identifier] = asyncio.create_task(self._send(identifier))
                task.add_done_callback(lambda _, name=identifier: self._sending.pop(name, None))  # type: ignore[misc]

    async def _send(self, identifier: str) -> None:
        """Send one notification after the other, until nothing is due or the lease has ended."""
        services = self._services
        try:
            while services.clock() < self._held_until:
                attempt = await asyncio.to_thread(delivery.prepare, services, identifier)
                if attempt is None:
                    return
                status, why = await self._webhooks.send(attempt.message)
                await asyncio.to_thread(delivery.settle, services, attempt, status, why, self._random)
        except Exception as error:  # it is due again at the next round
            LOG.error("subscriptions: %s", type(error).__name__)
