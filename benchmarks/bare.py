"""uvicorn answering the same bytes to every request: python -m benchmarks.bare PORT FILE."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import uvicorn


def application(body: bytes) -> Any:
    headers = [(b"content-type", b"application/fhir+json"), (b"content-length", str(len(body)).encode())]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    served = application(Path(sys.argv[2]).read_bytes())
    uvicorn.run(served, port=int(sys.argv[1]), access_log=False, log_level="warning", lifespan="off")
