"""Bodies larger than the limit are refused before they are read whole.

https://www.rfc-editor.org/rfc/rfc9110#status.413
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.faults import problem
from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.outcome import from_fault


class _TooLarge(Exception):
    """More bytes arrived than allowed."""


# Where files come in that go to the disk as they arrive.
_LOADS = re.compile(r"/studies/[^/]+/loads/?")


class BodyLimit:
    """Pure ASGI middleware: counts what arrives, whatever Content-Length says.

    most: bytes of a body; most_of_a_load: of one that goes to the disk as it arrives.
    """

    def __init__(self, app: ASGIApp, most: int, most_of_a_load: int) -> None:
        self._app = app
        self._most = most
        self._most_of_a_load = most_of_a_load

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_of_a_load if _LOADS.fullmatch(scope["path"]) else self._most
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and (len(declared) > 18 or int(declared) > most):
            await self._refuse(scope, receive, send, most)
            return
        try:
            await self._app(scope, self._counted(receive, most), send)
        except _TooLarge:
            await self._refuse(scope, receive, send, most)

    def _counted(self, receive: Receive, most: int) -> Receive:
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise _TooLarge
            return message

        return counting

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        issue = Issue("", "too-long", "the body is too large", f"at most {most} bytes")
        fault = Fault(Category.TOO_LARGE, issue.message, (issue,))
        response = problem(fault, {"connection": "close"})
        if scope["path"].startswith("/fhir"):
            response.body = from_fault(fault)
            response.headers["content-length"] = str(len(response.body))
            response.headers["content-type"] = "application/fhir+json"
        await response(scope, receive, send)
