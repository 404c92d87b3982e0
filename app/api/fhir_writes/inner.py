"""An interaction asked for inside another one: an entry of a batch, a read in a transaction.

https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import Message

# Of the outer request; what it says of its own body and conditions is not the inner one's.
_PASSED_ON = frozenset({b"accept", b"authorization", b"cookie", b"host", b"prefer", b"x-forwarded-for"})


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def ask(request: Request, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """The answer of our own application. url: below its address, without a leading slash."""
    path, _, query = url.partition("?")
    own = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    passed = [(name, value) for name, value in request.scope["headers"] if name in _PASSED_ON]
    root = request.scope.get("root_path", "")
    scope = {
        "type": "http",
        "asgi": request.scope.get("asgi", {"version": "3.0"}),
        "http_version": request.scope["http_version"],
        "scheme": request.scope["scheme"],
        "server": request.scope.get("server"),
        "client": request.scope.get("client"),
        "root_path": root,
        "method": method,
        "path": f"{root}/{unquote(path)}",
        "raw_path": f"{root}/{path}".encode(),
        "query_string": query.encode(),
        "headers": [*passed, *own, (b"content-length", str(len(body)).encode())],
        "state": {},
    }
    answer, parts, gone = Answer(), [body], asyncio.Event()

    async def receive() -> Message:
        if not parts:
            await gone.wait()  # nobody goes away before the answer is there
        return {"type": "http.request", "body": parts.pop(), "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    await request.app(scope, receive, send)
    return answer
