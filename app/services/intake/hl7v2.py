"""The reader of HL7 v2: messages by a mapping profile of the study.

docs/hl7v2.md
"""

from __future__ import annotations

from app.interop.hl7v2.read import Sender, read
from app.interop.reading import Reading
from app.services.context import Services
from app.services.intake.submission import Submission
from app.services.intake.tabular import beside, settled

HL7V2 = ("x-application/hl7-v2+er7", "application/hl7-v2", "application/hl7-v2+er7")
DEFAULT = "hl7v2"


def settle_hl7v2(services: Services, submission: Submission) -> Submission:
    """The submission with the version of the profile that reads it. Fault MALFORMED for an unknown one."""
    return settled(services, submission, "hl7v2", DEFAULT)


def hl7v2_reading(services: Services, submission: Submission) -> Reading:
    """Records of messages. Fault MALFORMED where none can be read, TOO_LARGE for too many."""
    profile, where = beside(services, submission)
    charset = submission.context.charset or profile.hl7v2.encoding
    most, before = services.settings.max_records, submission.context.line
    return read(submission.body, Sender(profile, where, charset), most, before)
