"""A second application behind a path, reached before the first one's routing and middleware.

https://asgi.readthedocs.io/en/latest/specs/www.html#http-connection-scope
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Door:
    """Pure ASGI middleware: what lies under `prefix` goes to the application behind it.

    A FHIR read is answered from memory and one look into the store; the first application's stack would double it.
    """

    def __init__(self, app: ASGIApp, prefix: str, app_behind: ASGIApp) -> None:
        self._app = app
        self._prefix = prefix
        self._behind = app_behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the application that its path belongs to."""
        path = scope.get("path", "")
        if scope["type"] == "lifespan" or not (path == self._prefix or path.startswith(self._prefix + "/")):
            await self._app(scope, receive, send)
            return
        root = scope.get("root_path", "") + self._prefix
        # A transaction is sent to the prefix itself, with or without a slash behind it.
        path = path if path != self._prefix else f"{path}/"
        await self._behind({**scope, "root_path": root, "path": path}, receive, send)
