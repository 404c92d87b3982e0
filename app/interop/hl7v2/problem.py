"""What is told of a message beside its verdict: places, codes of HL7 table 0357, and plain words.

https://terminology.hl7.org/CodeSystem-v2-0357.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from app.domain.errors import Issue
from app.interop.hl7v2.place import Place, parse_place


class Condition(Enum):
    """The rows of table 0357 that are used: (code, HL7's words)."""

    ACCEPTED = ("0", "Message accepted")
    SEGMENTS = ("100", "Segment sequence error")
    REQUIRED = ("101", "Required field missing")
    DATA_TYPE = ("102", "Data type error")
    TABLE = ("103", "Table value not found")
    MESSAGE_TYPE = ("200", "Unsupported message type")
    PROCESSING = ("202", "Unsupported processing id")
    VERSION = ("203", "Unsupported version id")
    UNKNOWN_KEY = ("204", "Unknown key identifier")
    DUPLICATE_KEY = ("205", "Duplicate key identifier")
    INTERNAL = ("207", "Application internal error")


Severity = Literal["E", "W", "I"]
_BY_CODE = {
    "structure": Condition.SEGMENTS,
    "incomplete": Condition.SEGMENTS,
    "required": Condition.REQUIRED,
    "code-invalid": Condition.TABLE,
    "not-found": Condition.UNKNOWN_KEY,
    "conflict": Condition.DUPLICATE_KEY,
    "exception": Condition.INTERNAL,
    "informational": Condition.ACCEPTED,
}
# Fields of MSH whose being not supported has a row of its own.
_BY_FIELD = {9: Condition.MESSAGE_TYPE, 11: Condition.PROCESSING, 12: Condition.VERSION}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the sender should know. detail: for who mends the channel; text: for who reads the list."""

    condition: Condition
    severity: Severity
    text: str
    detail: str = ""
    place: Place | None = None


def problem(issue: Issue, severity: Severity = "E", text: str | None = None) -> Problem:
    """The issue as HL7 tells it. text: said in place of the issue's own words."""
    place = parse_place(issue.place or "")
    said = [f"{issue.path}: {issue.message}" if issue.path else issue.message]
    said += [f"expected {issue.expected}"] if issue.expected else []
    said += [f"perhaps {issue.suggestion} was meant"] if issue.suggestion else []
    return Problem(_condition(issue, place), severity, text or issue.message, "; ".join(said), place)


def _condition(issue: Issue, place: Place | None) -> Condition:
    header = place is not None and place.segment == "MSH" and place.field or 0
    if issue.code == "not-supported":
        return _BY_FIELD.get(header, Condition.TABLE)
    return _BY_CODE.get(issue.code, Condition.DATA_TYPE)
