"""A frame on its way into the store, and its answer.

docs/mllp.md
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from dataclasses import replace

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.concurrency import run_in_threadpool

from app.api.mllp.channel import Coming
from app.api.mllp.limits import Limits
from app.domain.errors import Fault, Issue
from app.interop.hl7v2.header import Verdict
from app.interop.hl7v2.mllp import Frame
from app.services.context import Services
from app.services.intake.submission import Submission
from app.services.messages.answer import Answered, not_taken, whole
from app.services.messages.incoming import incoming
from app.services.messages.take import submit
from app.storage.writer import WriterStopped

LOG = logging.getLogger("engraft")
# What another attempt may not meet: no answer is given, and the sender sends again.
_PASSING = (OperationalError, InterfaceError, NoConnection, WriterStopped)
_FAILED = Issue("", "exception", "the message could not be taken because of an error of this service; nothing is kept")


class Taking:
    """Takes frames for one study. model: a submission that says all but the bytes of a message."""

    def __init__(self, tools: Services, model: Submission, limits: Limits) -> None:
        self._tools = tools
        self._model = model
        self._most = limits.message
        self._room = asyncio.Semaphore(limits.ahead_of_all)

    async def take(self, frame: Frame) -> Coming:
        """Hand a frame to the writer, once there is room; what is awaited later is its answer."""
        await self._room.acquire()
        try:
            coming = asyncio.ensure_future(self._answer(frame, await self._submit(frame)))
        except BaseException:
            self._room.release()
            raise
        coming.add_done_callback(lambda _: self._room.release())
        return coming

    async def _submit(self, frame: Frame) -> list[Future[Answered]] | Answered:
        """The messages of a frame on their way; or the answer at once where none is taken."""
        if frame.cut:
            issue = Issue("", "too-long", "the message is too long", f"at most {self._most} bytes")
            return not_taken(self._tools, frame.content, Verdict.REJECT, [issue])
        submission = replace(self._model, body=frame.content)
        try:
            messages = await run_in_threadpool(incoming, self._tools, submission)
        except Fault as fault:
            return not_taken(self._tools, frame.content, Verdict.REJECT, fault.issues)
        return [submit(self._tools, one) for one in messages]

    async def _answer(self, frame: Frame, taken: list[Future[Answered]] | Answered) -> bytes:
        if isinstance(taken, Answered):
            return taken.body
        try:
            return whole(await asyncio.gather(*map(asyncio.wrap_future, taken)), frame.content)
        except _PASSING:
            raise
        except Exception as error:  # the same again would end the same: its sender is told
            LOG.error("a message could not be taken: %s", type(error).__name__)
            return not_taken(self._tools, frame.content, Verdict.ERROR, [_FAILED]).body
