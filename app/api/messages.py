"""HL7 v2 over HTTP: a message is answered by its acknowledgment, a batch by a batch of them.

docs/mllp.md
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import Response
from starlette.concurrency import run_in_threadpool

from app.domain.errors import Fault
from app.interop.hl7v2.charset import extends_ascii
from app.interop.hl7v2.header import Verdict
from app.services.context import Services
from app.services.intake.submission import Submission
from app.services.messages.answer import Answered, not_taken, whole
from app.services.messages.incoming import incoming, settled
from app.services.messages.take import submit

# Many engines look at MSA alone, others at the status alone: both say the same. The worst of a batch is told.
_STATUS = {Verdict.REJECT: 400, Verdict.ERROR: 422}


async def acknowledge(tools: Services, submission: Submission) -> Response:
    """Take every message, and answer after the commit in the media type that came.

    Fault for what stands beside the messages, such as an unknown study or profile.
    """
    await run_in_threadpool(settled, tools, submission)
    try:
        messages = await run_in_threadpool(incoming, tools, submission)
    except Fault as fault:
        return _response(submission, [not_taken(tools, submission.body, Verdict.REJECT, fault.issues)])
    taken = [asyncio.wrap_future(submit(tools, one)) for one in messages]
    return _response(submission, await asyncio.gather(*taken))


def _response(submission: Submission, answers: Sequence[Answered]) -> Response:
    charset, media_type = submission.context.charset, submission.media_type
    if charset and extends_ascii(charset):
        media_type = f"{media_type}; charset={charset}"
    return Response(whole(answers, submission.body), _status(answers), media_type=media_type)


def _status(answers: Sequence[Answered]) -> int:
    verdicts = {answer.verdict for answer in answers}
    worst = next((status for verdict, status in _STATUS.items() if verdict in verdicts), None)
    return worst or (201 if any(answer.stored for answer in answers) else 200)
