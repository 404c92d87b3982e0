"""The acknowledgment of a message: MSH as in a mirror, MSA, and an ERR for each thing to be told.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (sections 2.9.2, 2.15.5 ERR and 2.15.8 MSA)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.interop.hl7v2.escapes import escape
from app.interop.hl7v2.header import Header
from app.interop.hl7v2.marks import Marks
from app.interop.hl7v2.place import Place
from app.interop.hl7v2.problem import Condition, Problem

APPLICATION = "ENGRAFT"
# MSA-2 must be there; this stands where the message had no control id that could be read.
NO_CONTROL_ID = "UNKNOWN"
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes an acknowledgment a message of its own: its control id and time."""

    identifier: str
    time: datetime

    @property
    def text(self) -> str:
        """The time as HL7 writes it."""
        return self.time.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")


def acknowledgment(header: Header, code: str, problems: Sequence[Problem], stamp: Stamp) -> bytes:
    """The acknowledgment, in the version, marks and character set of the message. code: HL7 table 0008."""
    told = _bounded(problems)
    segments = [_msh(header, stamp), _msa(header, code, told)]
    if header.early:
        segments += [f"ERR{header.marks.field}{_located(told, header.marks)}"] if told else []
    else:
        segments += [_err(one, header.marks) for one in told]
    return "".join(f"{segment}\r" for segment in segments).encode(header.codec, "replace")


def _bounded(problems: Sequence[Problem]) -> list[Problem]:
    """As many as fit into an answer; the last one says how many do not."""
    if len(problems) <= MAX_PROBLEMS:
        return list(problems)
    left = len(problems) - MAX_PROBLEMS + 1
    kept = list(problems[: MAX_PROBLEMS - 1])
    return [*kept, Problem(Condition.INTERNAL, kept[0].severity, f"and {left} more, which stand in the quarantine")]


def _msh(header: Header, stamp: Stamp) -> str:
    used = header.marks
    names = (header.field(5) or APPLICATION, header.field(6), header.field(3), header.field(4))
    further = (
        stamp.text,
        "",
        used.component.join(_kind(header)),
        stamp.identifier,
        header.field(11) or "P",
        _version(header),
    )
    charset = header.field(18)
    fields = ("MSH", _encoding(used), *names, *further, *(("", "", "", "", "", charset) if charset else ()))
    return used.field.join(fields)


def _kind(header: Header) -> list[str]:
    """MSH-9; the structure of a message has a name since 2.3.1."""
    named = ["ACK", header.event] if header.event else ["ACK"]
    return [*named, "ACK"] if header.event and header.version != "2.3" else named


def _version(header: Header) -> str:
    """MSH-12 as sent where it names a version of HL7."""
    return header.field(12) if header.component(12, 1) == header.version else header.version


def _msa(header: Header, code: str, problems: list[Problem]) -> str:
    """MSA-3 holds plain words where ERR has no field for them."""
    fields = ["MSA", code, header.control_id or NO_CONTROL_ID]
    if problems and header.early:
        fields.append(escape(problems[0].text, header.marks))
    return header.marks.field.join(fields)


def _located(problems: list[Problem], used: Marks) -> str:
    """ERR-1 up to version 2.4: segment, sequence, field and code of each problem."""
    found = []
    for one in problems:
        where = _place(one.place)[:3] if one.place else ["", "", ""]
        code = used.subcomponent.join((one.condition.value[0], escape(_words(one), used), "HL70357"))
        found.append(used.component.join((*where, *[""] * (3 - len(where)), code)))
    return used.repetition.join(found)


def _words(one: Problem) -> str:
    words = one.detail or one.text
    return words if one.severity == "E" else f"{_SEVERITIES[one.severity]}: {words}"


_SEVERITIES = {"W": "warning", "I": "for information"}


def _err(one: Problem, used: Marks) -> str:
    """ERR from version 2.5 on."""
    code, words = one.condition.value
    where = used.component.join(_place(one.place)) if one.place else ""
    condition = used.component.join((code, words, "HL70357"))
    texts = (escape(one.detail, used), escape(one.text, used))
    return used.field.join(("ERR", "", where, condition, one.severity, "", "", *texts))


def _place(place: Place) -> list[str]:
    """ERL: segment, sequence, field, repetition, component, sub-component, without the empty ones at the end."""
    inside = (place.field, place.repetition, place.component, place.subcomponent)
    parts = [place.segment, str(place.sequence), *("" if part is None else str(part) for part in inside)]
    while not parts[-1]:
        parts.pop()
    return parts


def batch(answers: Sequence[bytes], header: Header, stamp: Stamp) -> bytes:
    """Acknowledgments of a batch as a batch. header: of the batch (`batch_header`)."""
    used = header.marks
    names = (header.field(5) or APPLICATION, header.field(6), header.field(3), header.field(4))
    fields = ["BHS", _encoding(used), *names, stamp.text, "", "", "", stamp.identifier, header.control_id]
    begin = used.field.join(fields).rstrip(used.field)
    end = used.field.join(("BTS", str(len(answers))))
    return b"".join((f"{begin}\r".encode(header.codec, "replace"), *answers, f"{end}\r".encode()))


def _encoding(used: Marks) -> str:
    return used.component + used.repetition + used.escape + used.subcomponent + used.truncation
