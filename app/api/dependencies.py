"""What routes ask for: the errands' tools, checked parameters, JSON answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Path, Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from app.domain.errors import Category, Fault, Issue
from app.services.context import Services

T = TypeVar("T")
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def services(request: Request) -> Services:
    """The running service's tools."""
    found: Services = request.app.state.services
    return found


ServicesDep = Annotated[Services, Depends(services)]
StudyPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
# The same characters as in the record: whatever else is asked for cannot be the number of a subject.
NumberPath = Annotated[str, Path(max_length=128, pattern=r"^[!-~](?:[ -~]*[!-~])?$")]
IdPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,64}$")]


async def read(tools: Services, question: Callable[[Connection], T]) -> T:
    """Ask the store in a worker thread, on a connection that is given back before the answer leaves."""

    def ask() -> T:
        with tools.database.read.connect() as connection:
            return question(connection)

    return await run_in_threadpool(ask)


def known_parameters(*names: str) -> Any:
    """A dependency that refuses query parameters the route does not know: a misspelt one must not be ignored."""

    def check(request: Request) -> None:
        unknown = sorted(set(request.query_params) - set(names))
        if unknown:
            expected = ", ".join(names) or "no parameters"
            issue = Issue("query", "not-supported", "unknown query parameter", expected)
            raise Fault(Category.MALFORMED, issue.message, (issue,))

    return Depends(check)


def json_answer(body: Any, status: int = 200) -> Response:
    """JSON with numbers at full precision."""
    return Response(_ENCODER.encode(body), status, media_type="application/json")
