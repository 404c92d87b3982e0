"""How each format is answered at the records' door: by a receipt, unless its standard has an answer of its own.

docs/intake.md
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import Response
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import json_answer
from app.api.messages import acknowledge
from app.services.context import Services
from app.services.intake.hl7v2 import HL7V2
from app.services.intake.intake import read, status_of, submit
from app.services.intake.submission import Submission

Answer = Callable[[Services, Submission], Awaitable[Response]]
SMALL = 16_384


async def receipt(tools: Services, submission: Submission) -> Response:
    """Take a payload and answer with its receipt; a problem document where it could not be read as a whole."""
    if len(submission.body) < SMALL:  # cheaper read here than handed to a thread and back
        payload = read(tools, submission)
    else:
        payload = await run_in_threadpool(read, tools, submission)
    found = await asyncio.wrap_future(submit(tools, payload))
    if payload.fault is not None:
        raise payload.fault
    return json_answer(found, status_of(found))


# By media type; formats that are not named here are answered with a receipt.
ANSWERS: dict[str, Answer] = dict.fromkeys(HL7V2, acknowledge)
