"""One payload as the messages in it: line ends of any kind, framing left over, batches and files.

https://www.hl7.eu/HL7v2x/v251/std251/ch02.html (section 2.10.3, HL7 batch protocol)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.interop.hl7v2.broken import MAX_SEGMENTS, Broken, BrokenMessageError
from app.interop.hl7v2.place import Place

# The start and end blocks of MLLP end a line too, wherever a channel left them.
_END = re.compile(rb"(\r\n|\r|\n|\x0b|\x1c)")
_UTF8_MARK, _WIDE_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_SEGMENT = re.compile(rb"[A-Z][A-Z0-9]{2}(?=[^A-Za-z0-9\x80-\xff]|$)")
_HEADERS, ENVELOPE = (b"MSH", b"BHS", b"FHS"), (b"BHS", b"BTS", b"FHS", b"FTS")


@dataclass(slots=True)
class Raw:
    """One message as it lies in a payload: its lines in its own character set.

    number: which of several, counted from 1; None where it is alone; broken: why it cannot be read.
    """

    lines: list[bytes] = field(default_factory=list)
    number: int | None = None
    broken: BrokenMessageError | None = None


@dataclass(slots=True)
class Parts:
    """The messages of a payload, and what is wrong with the batch or file around them."""

    messages: list[Raw] = field(default_factory=list)
    envelope: list[BrokenMessageError] = field(default_factory=list)


def split(payload: bytes, before: int = 0) -> Parts:
    """The messages of a payload. before: those of a larger file that stand before it.

    BrokenMessageError where it holds none.
    """
    if payload.startswith(_WIDE_MARKS) or payload[:1] == b"\x00":
        raise BrokenMessageError(Broken.NOT_TEXT)
    messages: list[Raw] = []
    envelope, strays = Envelope(), False
    for name, line, continued in _lines(payload.removeprefix(_UTF8_MARK)):
        if name in ENVELOPE:
            envelope.add(name, line)
        elif name == b"MSH":
            messages.append(Raw([line], before + len(messages) + 1))
            envelope.inside += 1
        elif messages:
            _append(messages[-1], name, line, continued)
        else:
            strays = True
    if not messages or strays:
        raise BrokenMessageError(Broken.NO_HEADER)
    if len(messages) == 1 and not before:
        messages[0].number = None
    return Parts(messages, envelope.close())


def _lines(payload: bytes) -> Iterator[tuple[bytes | None, bytes, bool]]:
    """(name of the segment, line, whether it may go on with the field of the line before); blank lines are none."""
    pieces = _END.split(payload)
    ends = [b"\r", *pieces[1::2]]
    own_ends = b"\r" in pieces[1::2] or b"\r\n" in pieces[1::2]
    for end, line in zip(ends, pieces[::2], strict=True):
        found = _SEGMENT.match(line)
        if found is not None or line.strip():
            yield (None if found is None else found[0]), line, own_ends and end == b"\n"


def _append(message: Raw, name: bytes | None, line: bytes, continued: bool) -> None:
    """A further line of a message; a lone line feed in one whose segments end otherwise stands inside a field."""
    separator = message.lines[0][3:4]
    if name is not None and line[3:4] in (b"", separator):
        message.lines.append(line)
    elif continued:
        message.lines[-1] += b"\n" + line
    elif message.broken is None:
        message.broken = BrokenMessageError(Broken.NOT_A_SEGMENT, _last(message))
    if len(message.lines) > MAX_SEGMENTS and message.broken is None:
        message.broken = BrokenMessageError(Broken.TOO_LONG, _last(message))


def _last(message: Raw) -> Place:
    """The segment after which something is wrong."""
    name = message.lines[-1][:3]
    sequence = sum(line[:3] == name for line in message.lines)
    return Place(name.decode("ascii"), sequence)


class Envelope:
    """Counts what batches and files hold against what their trailers say."""

    def __init__(self) -> None:
        self.inside = 0
        self._batches = 0
        self._open: list[bytes] = []
        self._found: list[BrokenMessageError] = []

    def add(self, name: bytes, line: bytes) -> None:
        """A header or trailer."""
        if name in _HEADERS:
            self._open.append(name)
            self.inside = 0 if name == b"BHS" else self.inside
            return
        self._check(name, line)
        self._batches += name == b"BTS"
        if self._open and self._open[-1][:1] == name[:1]:
            self._open.pop()
        else:
            self._found.append(BrokenMessageError(Broken.BATCH_CUT, Place(name.decode("ascii"))))

    def close(self) -> list[BrokenMessageError]:
        """What was found, with what was never closed."""
        cut = [BrokenMessageError(Broken.BATCH_CUT, Place(name.decode("ascii"))) for name in self._open]
        return self._found + cut

    def _check(self, name: bytes, line: bytes) -> None:
        """BTS-1 counts messages, FTS-1 batches; neither has to be there."""
        told = line[4:].split(line[3:4] or b"|")[0].strip()
        held = self.inside if name == b"BTS" else self._batches
        if told and told != str(held).encode() and not (told.isdigit() and int(told[:9]) == held):
            self._found.append(BrokenMessageError(Broken.BATCH_COUNT, Place(name.decode("ascii"), field=1)))
