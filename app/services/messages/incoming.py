"""A message on its way into the store, with what its acknowledgment needs.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (section 2.9, message processing)
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import Category, Fault, Issue
from app.interop.hl7v2.broken import BrokenMessageError
from app.interop.hl7v2.header import Header, batch_header, header_in
from app.interop.hl7v2.payload import Parts, split
from app.interop.records import MAX_RECORD_BYTES
from app.services.context import Services
from app.services.intake.intake import read
from app.services.intake.payload import Payload
from app.services.intake.prepare import Refused
from app.services.intake.readers import reader_of
from app.services.intake.submission import Submission

LOG = logging.getLogger("engraft")
_FAILED = Issue("", "exception", "the message could not be read because of an error of this service; it is kept")
_ATOMIC = Issue("atomic", "not-supported", "the messages of a batch are taken one by one", "one message")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message. key: of sender and control id, None where it has none; digest: of its segments."""

    header: Header
    payload: Payload
    key: str | None
    digest: str

    def refused(self, *issues: Issue) -> Incoming:
        """The same message, of which nothing is to be taken."""
        return replace(self, payload=_refused(self.payload, issues))


def settled(services: Services, submission: Submission) -> Submission:
    """The submission with what its messages are read by. Fault for what its sender or an operator said wrongly."""
    return reader_of(submission.media_type, submission.context).settle(services, submission)


def incoming(services: Services, submission: Submission) -> list[Incoming]:
    """Every message of a payload, and one more for what is wrong with the batch around them.

    Fault MALFORMED for an empty payload, or a batch that is to be taken whole.
    """
    if not submission.body.strip():
        issue = Issue("", "structure", "the payload is empty", "an HL7 v2 message")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    parts = _parts(submission.body)
    if len(parts.messages) < 2 and not parts.envelope:
        return [message(services, submission)]
    if submission.atomic:
        raise Fault(Category.MALFORMED, _ATOMIC.message, (_ATOMIC,))
    bodies = [b"\r".join((*raw.lines, b"")) for raw in parts.messages]
    found = [message(services, replace(submission, body=body)) for body in bodies]
    if parts.envelope:
        around = _blank(services, submission, [error.issue for error in parts.envelope])
        found.append(Incoming(batch_header(submission.body, found[0].header), around, None, ""))
    return found


def _parts(body: bytes) -> Parts:
    """The messages of a payload; none where it holds none, which its reader then says."""
    try:
        return split(body)
    except BrokenMessageError:
        return Parts()


def message(services: Services, submission: Submission) -> Incoming:
    """One message, read. What keeps it from being read is in its payload."""
    try:
        payload = read(services, submission)
    except Fault as fault:
        payload = replace(_blank(services, submission, fault.issues), fault=fault)
    except SQLAlchemyError:  # the store's trouble, not the message's
        raise
    except Exception as error:  # whatever one message does to its reader, the next one is read
        LOG.error("a message could not be read: %s", type(error).__name__)
        payload = _blank(services, submission, (_FAILED,))
    header = header_in(submission.body)
    return Incoming(header, payload, _key(header), _digest(submission.body))


def _blank(services: Services, submission: Submission, issues: Iterable[Issue]) -> Payload:
    """A payload of which nothing is to be taken."""
    who = (submission.atomic, submission.actor, services.clock(), services.new_id, submission.context)
    bare = Payload(submission.study, submission.body, submission.media_type, (), *who)
    return _refused(bare, issues)


def _refused(payload: Payload, issues: Iterable[Issue]) -> Payload:
    site = payload.context.site
    refusal = Refused(0, tuple(issues), payload.body[:MAX_RECORD_BYTES], site=site)
    return replace(payload, items=[refusal], unused=(), fault=None)


def _key(header: Header) -> str | None:
    """Sending application, sending facility and control id as one text of one length."""
    if not header.control_id:
        return None
    parts = (header.field(3), header.field(4), header.control_id)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digest(body: bytes) -> str:
    """The same for the same segments, however their lines end."""
    segments = b"\r".join(line for line in body.replace(b"\n", b"\r").split(b"\r") if line)
    return hashlib.sha256(segments).hexdigest()
