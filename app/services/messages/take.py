"""The transaction of messages: known control ids, records, acknowledgments, all or nothing.

docs/mllp.md
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Issue
from app.interop.hl7v2.header import Verdict
from app.services.context import Services
from app.services.intake.store import store
from app.services.messages.answer import Answered, answered, stamp_of
from app.services.messages.incoming import Incoming
from app.services.messages.judge import judge
from app.storage import control_ids, counter
from app.storage.control_ids import Acknowledged

_REUSED = Issue(
    "",
    "conflict",
    "this control id was acknowledged before, with other content",
    "a control id that is new for each message",
    "MSH[1]-10",
)


def submit(services: Services, message: Incoming) -> Future[Answered]:
    """Take a message; its answer is there after the commit."""
    return services.writer.submit_shared(take, message)


def take(connection: Connection, messages: list[Incoming]) -> list[Answered]:
    """Take messages in their order; runs under the write lock.

    What was acknowledged before with the same content gets that acknowledgment again and changes nothing.
    """
    return [answered for run in _runs(messages) for answered in _take(connection, run)]


def _runs(messages: list[Incoming]) -> Iterator[list[Incoming]]:
    """Neighbours of one study of which no two have one control id, so that each sees what came before."""
    run: list[Incoming] = []
    for one in messages:
        first = run[0] if run else one
        known = one.key is not None and any(one.key == other.key for other in run)
        if known or one.payload.study != first.payload.study:
            yield run
            run = []
        run.append(one)
    yield run


def _take(connection: Connection, run: list[Incoming]) -> list[Answered]:
    study = run[0].payload.study
    counter.lock(connection, run[0].payload.time)
    known = control_ids.acknowledged(connection, study, {one.key for one in run if one.key is not None})
    repeated = {at: first for at, one in enumerate(run) if (first := known.get(one.key or "")) is not None}
    again = {at: first for at, first in repeated.items() if first.digest == run[at].digest}
    others = {at: one.refused(_REUSED) if at in repeated else one for at, one in enumerate(run) if at not in again}
    receipts = store(connection, [one.payload for one in others.values()])
    answers = {at: _answer(one, found) for (at, one), found in zip(others.items(), receipts, strict=True)}
    new = [
        Acknowledged(one.key, one.digest, found["receipt"], answers[at].body)
        for (at, one), found in zip(others.items(), receipts, strict=True)
        if one.key is not None and answers[at].verdict is Verdict.ACCEPT
    ]
    control_ids.remember(connection, study, new)
    return [answers[at] if at in answers else _first(one, again[at]) for at, one in enumerate(run)]


def _answer(message: Incoming, receipt: dict[str, Any]) -> Answered:
    verdict, problems = judge(message.payload, receipt)
    stamp = stamp_of(message.payload.new_id, message.payload.time)
    stored = bool(receipt["accepted"] or receipt["amended"])
    return answered(message.header, verdict, problems, stamp, stored=stored)


def _first(message: Incoming, first: Acknowledged) -> Answered:
    """The acknowledgment that was given first, byte for byte."""
    stamp = stamp_of(message.payload.new_id, message.payload.time)
    return Answered(message.header, Verdict.ACCEPT, first.acknowledgment, stamp)
