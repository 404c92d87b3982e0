"""What nobody foresaw: answered with 500, and kept out of the server's log, which would print a patient's data.

https://www.rfc-editor.org/rfc/rfc9110#status.500
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.faults import from_error, problem


class AnswerCut(Exception):
    """An answer broke off in the middle: the server closes the connection, and the client knows it has no answer."""


class LastResort:
    """Pure ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 where nothing was answered."""
        started = finished = False

        async def watched(message: Message) -> None:
            nonlocal started, finished
            started = True
            finished = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or finished:  # the FHIR door has answered already
                return
            if started:
                raise AnswerCut from None
            await problem(from_error(error))(scope, receive, send)
