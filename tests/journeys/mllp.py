"""The MLLP door in a thread of the test's own process, and a sender with a blocking socket."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.api.mllp.limits import Limits
from app.api.mllp.server import Address, MllpServer
from app.api.mllp.taking import Taking
from app.interop.hl7v2.mllp import framed
from app.services.context import Services
from app.services.intake.submission import Context, Submission
from tests.journeys.door import STUDY
from tests.journeys.messages import MEDIA_TYPE

PATIENCE = 60.0


class Listener:
    """A server that can be stopped before its end."""

    def __init__(self, services: Services, limits: Limits, tls: ssl.SSLContext | None, study: str) -> None:
        self.services = services
        self.port = 0
        self._study = study
        self._limits, self._tls = limits, tls
        self._ready, self._loop, self._ending = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(PATIENCE)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        model = Submission(self._study, b"", MEDIA_TYPE, Context("A"), False, False, "mllp")
        server = MllpServer(Taking(self.services, model, self._limits).take, self._limits)
        self.port = await server.start(Address("127.0.0.1", 0, self._tls))
        self._ready.set()
        await self._ending.wait()
        await server.stop()


@contextmanager
def listening(
    services: Services, tls: ssl.SSLContext | None = None, study: str = STUDY, **limits: Any
) -> Iterator[Listener]:
    found = Listener(services, Limits(**limits), tls, study)
    try:
        yield found
    finally:
        found.stop()


class Sender:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._left = b""

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *messages: bytes) -> None:
        self.socket.sendall(b"".join(map(framed, messages)))

    def receive(self) -> bytes:
        """The next answer without its frame; ConnectionError where the connection ended before."""
        while b"\x1c\r" not in self._left:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError(f"closed after {len(self._left)} bytes of an answer")
            self._left += data
        answer, _, self._left = self._left.partition(b"\x1c\r")
        assert answer[:1] == b"\x0b"
        return answer[1:]

    def ask(self, message: bytes) -> bytes:
        self.send(message)
        return self.receive()

    def ended(self) -> bool:
        """Whether the other side has closed, without a further byte."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True
