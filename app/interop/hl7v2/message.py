"""One message, parsed: its segments, and each field as repetitions of components of sub-components.

https://python-hl7.readthedocs.io/en/latest/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import hl7

from app.interop.hl7v2.broken import MAX_SEPARATORS, VERSIONS, Broken, BrokenMessageError
from app.interop.hl7v2.charset import codec
from app.interop.hl7v2.escapes import unescape
from app.interop.hl7v2.marks import Marks, marks
from app.interop.hl7v2.payload import Raw
from app.interop.hl7v2.place import Place

NULL = '""'
Repetition = tuple[tuple[str, ...], ...]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Segment:
    """One segment. sequence: its number among those of its name; charset: codec of bytes given in hexadecimal."""

    name: str
    sequence: int
    marks: Marks
    charset: str
    parsed: hl7.Segment

    def repetitions(self, field: int) -> tuple[Repetition, ...]:
        """A field as sent, still escaped; empty where it is absent."""
        if field >= len(self.parsed):
            return ()
        return tuple(_repetition(one) for one in self.parsed[field])

    def value(self, field: int, component: int = 1, subcomponent: int = 1, repetition: int = 1) -> str:
        """One part of a field, without its escapes; "" where it is absent, `""` where it is said to be empty."""
        found = self.repetitions(field)[repetition - 1 : repetition]
        parts = found[0][component - 1 : component] if found else ()
        texts = parts[0][subcomponent - 1 : subcomponent] if parts else ()
        return self.plain(texts[0]).strip() if texts else ""

    def plain(self, text: str) -> str:
        """A text as it is meant."""
        return unescape(text, self.marks, self.charset)

    def place(self, field: int | None = None, component: int | None = None, message: int | None = None) -> Place:
        """Where the segment, or a part of it, stands."""
        return Place(self.name, self.sequence, field, None, component, message=message)


def _repetition(parsed: hl7.Repetition | str) -> Repetition:
    if isinstance(parsed, str):
        return ((parsed,),)
    return tuple((part,) if isinstance(part, str) else tuple(part) for part in parsed)


@dataclass(frozen=True)
class Message:
    """One message. number: which of several in its payload, else None; text: as sent, segments ended by CR."""

    number: int | None
    text: str
    segments: tuple[Segment, ...]

    @cached_property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    @property
    def kind(self) -> str:
        """Message type and trigger event, as `ORU^R01`; a type that needs no event alone."""
        code, event = self.header.value(9, 1), self.header.value(9, 2)
        return f"{code}^{event}" if event else code

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.header.value(10)

    def of(self, name: str) -> Iterator[Segment]:
        """The segments of a name, in order."""
        return (one for one in self.segments if one.name == name)


def parse(raw: Raw, charset: str) -> Message:
    """The message. charset: codec where MSH-18 names none. BrokenMessageError where it cannot be read."""
    if raw.broken is not None:
        raise raw.broken
    header = raw.lines[0].decode("latin-1")
    used = marks(header, raw.number)
    fields = header.split(used.field)
    declared = fields[17].split(used.repetition) if len(fields) > 17 else []
    chosen = codec(declared, charset, raw.number)
    text = "\r".join(_decoded(raw, chosen, used))
    if (
        sum(text.count(mark) for mark in (used.field, used.component, used.repetition, used.subcomponent))
        > MAX_SEPARATORS
    ):
        raise BrokenMessageError(Broken.TOO_MANY_PARTS, Place("MSH", message=raw.number))
    message = Message(raw.number, text, tuple(_segments(text, used, chosen)))
    _check(message)
    return message


def _decoded(raw: Raw, charset: str, used: Marks) -> Iterator[str]:
    """The lines as text. BrokenMessageError at the first field with bytes that do not fit."""
    seen: Counter[bytes] = Counter()
    for line in raw.lines:
        name = line[:3]
        seen[name] += 1
        try:
            text = line.decode(charset)
            wrong = _CONTROL.search(text)
        except UnicodeDecodeError as error:
            text, wrong = line[: error.start].decode("latin-1") + "\x00", _CONTROL.search("\x00")
        if wrong is not None:
            field = (_CONTROL.split(text, maxsplit=1)[0]).count(used.field) + (name == b"MSH")
            place = Place(name.decode("ascii"), seen[name], field or None, message=raw.number)
            raise BrokenMessageError(Broken.BYTES, place)
        yield text


def _segments(text: str, used: Marks, charset: str) -> Iterator[Segment]:
    seen: Counter[str] = Counter()
    for parsed in hl7.parse(text):
        name = str(parsed[0])
        seen[name] += 1
        yield Segment(name, seen[name], used, charset, parsed)


def _check(message: Message) -> None:
    """What a message must say before it can be answered."""
    header, version = message.header, message.header.value(12)
    missing = [(9, Broken.NO_TYPE), (10, Broken.NO_CONTROL_ID), (12, Broken.NO_VERSION)]
    for field, kind in missing:
        if not header.value(field):
            raise BrokenMessageError(kind, header.place(field, message=message.number))
    if version not in VERSIONS:
        raise BrokenMessageError(Broken.VERSION, header.place(12, message=message.number))
