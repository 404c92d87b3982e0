"""What an acknowledgment takes from the header of the message that it answers, however little of it can be read.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (section 2.15.9, MSH)
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from app.interop.hl7v2.broken import BrokenMessageError
from app.interop.hl7v2.charset import KNOWN, codec
from app.interop.hl7v2.marks import Marks, marks

_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_WORD = re.compile(r"[A-Z][A-Z0-9_]{0,14}", re.ASCII)
_VERSION = re.compile(r"2\.(\d{1,2})(?:\.\d{1,2})?", re.ASCII)
# What can separate fields beside the usual encoding characters.
_SEPARATOR = re.compile(r"[!-%'-/:-@\[\]_`{-}]")
_LINE_END = re.compile(rb"[\r\n\x0b\x1c]")
USUAL_VERSION = "2.5.1"
# The first version whose ERR tells segment, code and text in fields of their own.
ERR_IN_FIELDS = 5
MAX_FIELD = 250


class Verdict(Enum):
    """What became of a message; the letter that its codes of acknowledgment end with (HL7 table 0008)."""

    ACCEPT = "A"
    ERROR = "E"
    REJECT = "R"


@dataclass(frozen=True)
class Header:
    """Fields of an MSH as sent, by number, still escaped. codec: of the bytes they came in."""

    fields: tuple[str, ...] = ()
    marks: Marks = Marks()
    codec: str = "latin-1"

    def field(self, number: int) -> str:
        """A field that may stand in an answer; "" where it is absent, too long, or holds what no field may."""
        found = self.fields[number - 1] if number <= len(self.fields) else ""
        usable = len(found) <= MAX_FIELD and self.marks.field not in found and not _UNSAFE.search(found)
        return found.strip() if usable else ""

    def component(self, number: int, component: int) -> str:
        """One component of a field."""
        parts = self.field(number).split(self.marks.component)
        return parts[component - 1].strip() if component <= len(parts) else ""

    def repetitions(self, number: int) -> list[str]:
        """The repetitions of a field."""
        return self.field(number).split(self.marks.repetition)

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.field(10)

    @cached_property
    def version(self) -> str:
        """MSH-12.1 where it is a version of HL7 v2, else the one that is written where none is known."""
        told = self.component(12, 1)
        return told if _VERSION.fullmatch(told) else USUAL_VERSION

    @property
    def early(self) -> bool:
        """Whether ERR has one field alone in this version."""
        match = _VERSION.fullmatch(self.version)
        return match is not None and int(match[1]) < ERR_IN_FIELDS

    @property
    def event(self) -> str:
        """The trigger event, where it is a word."""
        found = self.component(9, 2)
        return found if _WORD.fullmatch(found) else ""

    def code(self, verdict: Verdict) -> str | None:
        """The code of acknowledgment that this sender wants; None where it wants no answer.

        One that asks for neither kind gets an application acknowledgment (original mode). Who asks for an accept
        acknowledgment gets that one, in which everything is said already. An acknowledgment is never answered.
        """
        accept, application = self.field(15), self.field(16)
        if self.component(9, 1) == "ACK":
            return None
        if not accept and not application:
            return "A" + verdict.value
        if _wanted(accept, verdict):
            return "C" + verdict.value
        return "A" + verdict.value if _wanted(application, verdict) else None


def _wanted(condition: str, verdict: Verdict) -> bool:
    """HL7 table 0155; a condition that it does not know counts as always."""
    good = verdict is Verdict.ACCEPT
    return {"": False, "NE": False, "ER": not good, "SU": good}.get(condition, True)


def header_in(content: bytes) -> Header:
    """What can be told of the header of anything; an empty one where there is no MSH."""
    lines = _LINE_END.split(content.removeprefix(BOM_UTF8))
    line = next((line for line in lines if line.startswith(b"MSH")), b"")
    text = line.decode("latin-1")
    try:
        used = marks(text)
    except BrokenMessageError:  # answered with the usual ones, beside the separator that it has
        used = Marks(field=text[3:4]) if _SEPARATOR.fullmatch(text[3:4]) else Marks()
    found = Header(_fields(text, used.field), used)
    return _decoded(line, found) or found


def batch_header(content: bytes, first: Header) -> Header:
    """The header of a batch as that of a message: BHS names both sides as MSH does. first: of its first message."""
    line = next((line for line in _LINE_END.split(content) if line.startswith(b"BHS")), None)
    fields = [*first.fields, *[""] * (18 - len(first.fields))]
    batch = first if line is None else header_in(b"MSH" + line[3:])
    fields[2:6] = [batch.field(number) for number in (3, 4, 5, 6)]
    fields[8:10] = ["", "" if line is None else batch.field(11)]
    return Header(tuple(fields), first.marks, first.codec)


def _decoded(line: bytes, found: Header) -> Header | None:
    """The same in the character set that it names; None where that is unknown, or not the one that came."""
    # A byte of a character of several may look like a separator, which moves what follows to the right.
    declared = next((names for names in map(found.repetitions, range(18, len(found.fields) + 1)) if _known(names)), [])
    try:
        name = codec(declared, found.codec)
        return Header(_fields(line.decode(name), found.marks.field), found.marks, name)
    except (BrokenMessageError, UnicodeDecodeError):
        return None


def _known(names: list[str]) -> bool:
    return any(names) and all(name.upper() in KNOWN for name in names if name)


def _fields(line: str, separator: str) -> tuple[str, ...]:
    """Counted as HL7 does: MSH-1 is the separator itself."""
    return (separator, *line.split(separator)[1:])
