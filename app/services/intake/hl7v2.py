"""The reader of HL7 v2: messages by a mapping profile of the study.

docs/hl7v2.md
"""

from __future__ import annotations

from hashlib import sha256

from app.domain.errors import Category, Fault, bad_parameter
from app.interop.hl7v2.charset import extends_ascii
from app.interop.hl7v2.header import header_in
from app.interop.hl7v2.read import Sender, read
from app.interop.reading import Reading, Unreadable
from app.services.context import Services
from app.services.intake.submission import Submission
from app.services.intake.tabular import beside, settled

HL7V2 = ("x-application/hl7-v2+er7", "application/hl7-v2", "application/hl7-v2+er7")
DEFAULT = "hl7v2"


def settle_hl7v2(services: Services, submission: Submission) -> Submission:
    """The submission with the version of the profile that reads it. Fault MALFORMED for an unknown one."""
    charset = submission.context.charset
    if charset is not None and not extends_ascii(charset):
        raise bad_parameter("charset", "the name of a character set that extends ASCII, such as utf-8 or iso-8859-1")
    return settled(services, submission, "hl7v2", DEFAULT)


def hl7v2_reading(services: Services, submission: Submission) -> Reading:
    """Records of messages. Fault MALFORMED where none can be read, TOO_LARGE for too many.

    What is marked as training or test is read in a dry run alone.
    """
    profile, where = beside(services, submission)
    charset = submission.context.charset or profile.hl7v2.encoding
    sender = Sender(profile, where, charset, training=submission.dry_run)
    key = _key(submission.body)
    try:
        reading = read(submission.body, sender, services.settings.max_records, submission.context.line)
    except Fault as fault:
        if fault.category is not Category.MALFORMED:
            raise
        raise Unreadable(fault.detail, fault.issues, key) from None
    reading.key = key
    return reading


def _key(body: bytes) -> str | None:
    """What the payload is to its sender: application, facility and control id of its first message."""
    header = header_in(body)
    if not header.control_id:
        return None
    return "hl7v2/" + sha256("\n".join((header.field(3), header.field(4), header.control_id)).encode()).hexdigest()
