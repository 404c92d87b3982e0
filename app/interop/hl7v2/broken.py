"""What keeps a message from being read at all, each kind with the sentence that its sender is told.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (section 2.9, message processing; table 0357)
"""

from __future__ import annotations

from enum import Enum

from app.domain.errors import Issue
from app.interop.hl7v2.place import Place

VERSIONS = ("2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2")
MAX_SEGMENTS = 20_000
MAX_SEPARATORS = 40_000


class Broken(Enum):
    """Each kind: (FHIR issue type, what is wrong, what was expected)."""

    NO_HEADER = ("structure", "there is no MSH segment", "a message that begins with MSH")
    NOT_TEXT = ("structure", "the payload is UTF-16 or UTF-32", "a character set in which MSH is three bytes")
    MARKS = (
        "structure",
        "the separators and encoding characters cannot be used",
        "a field separator and four or five different characters that are neither letters, digits nor blanks",
    )
    NOT_A_SEGMENT = ("structure", "a line is not a segment", "three capital letters or digits and the field separator")
    NO_TYPE = ("required", "the type of the message is missing", "a message type and trigger event, as ORU^R01")
    NO_CONTROL_ID = ("required", "the control id of the message is missing", "a text that is new for each message")
    NO_VERSION = ("required", "the version of HL7 is missing", ", ".join(VERSIONS))
    VERSION = ("not-supported", "this version of HL7 is not read", ", ".join(VERSIONS))
    CHARACTER_SET = ("not-supported", "this character set is not known", "a value of HL7 table 0211")
    BYTES = ("value", "bytes that do not fit the character set", "text in the character set that MSH-18 names")
    TOO_LONG = ("too-long", "the message has too many segments", f"at most {MAX_SEGMENTS}")
    TOO_MANY_PARTS = ("too-long", "the message has too many parts", f"at most {MAX_SEPARATORS} separators")
    BATCH_CUT = ("incomplete", "the batch or file has no end", "BTS for each BHS and FTS for each FHS")
    BATCH_COUNT = ("incomplete", "the batch or file says another number than it holds", "the number of what is inside")


class BrokenMessageError(Exception):
    """A message that cannot be read. kind: why; issue: as its sender is told."""

    def __init__(self, kind: Broken, place: Place | None = None, expected: str | None = None) -> None:
        code, message, usual = kind.value
        super().__init__(message)
        self.kind = kind
        self.issue = Issue("", code, message, expected or usual, place=None if place is None else str(place))
