"""Bodies larger than the limit are refused before they are read whole.

https://www.rfc-editor.org/rfc/rfc9110#status.413
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.faults import problem
from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.outcome import from_fault


class _TooLarge(Exception):
    """More bytes arrived than allowed."""


class BodyLimit:
    """Pure ASGI middleware: counts what arrives, whatever Content-Length says."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and (len(declared) > 18 or int(declared) > self._most):
            await self._refuse(scope, receive, send)
            return
        try:
            await self._app(scope, self._counted(receive), send)
        except _TooLarge:
            await self._refuse(scope, receive, send)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise _TooLarge
            return message

        return counting

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        issue = Issue("", "too-long", "the body is too large", f"at most {self._most} bytes")
        fault = Fault(Category.TOO_LARGE, issue.message, (issue,))
        response = problem(fault, {"connection": "close"})
        if scope["path"].startswith("/fhir"):
            response.body = from_fault(fault)
            response.headers["content-length"] = str(len(response.body))
            response.headers["content-type"] = "application/fhir+json"
        await response(scope, receive, send)
