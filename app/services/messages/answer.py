"""The answer to a message, whichever door it came in by.

docs/mllp.md
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import Issue
from app.interop.hl7v2.ack import Stamp, acknowledgment, batch
from app.interop.hl7v2.header import Header, Verdict, batch_header, header_in
from app.interop.hl7v2.problem import Problem, problem
from app.services.context import Services

# A control id had at most 20 characters before version 2.7.
_CONTROL_ID = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a message. body: empty where its sender wants none; stored: whether something new was kept."""

    header: Header
    verdict: Verdict
    body: bytes
    stamp: Stamp
    stored: bool = False


def stamp_of(new_id: Callable[[], str], time: datetime) -> Stamp:
    """A control id of our own, and the time."""
    return Stamp(new_id()[-_CONTROL_ID:], time)


def answered(
    header: Header, verdict: Verdict, problems: Sequence[Problem], stamp: Stamp, *, stored: bool = False
) -> Answered:
    """The answer with its acknowledgment, where one is wanted."""
    code = header.code(verdict)
    body = b"" if code is None else acknowledgment(header, code, problems, stamp)
    return Answered(header, verdict, body, stamp, stored)


def not_taken(services: Services, content: bytes, verdict: Verdict, issues: Sequence[Issue]) -> Answered:
    """The answer to a message of which nothing was kept. content: it, or its beginning."""
    problems = [problem(issue) for issue in issues]
    return answered(header_in(content), verdict, problems, stamp_of(services.new_id, services.clock()))


def whole(answers: Sequence[Answered], content: bytes) -> bytes:
    """The answer to one message, or the batch of answers to several. content: what came."""
    first = answers[0]
    if len(answers) == 1:
        return first.body
    return batch([one.body for one in answers if one.body], batch_header(content, first.header), first.stamp)
