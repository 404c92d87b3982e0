"""HL7 v2 batch files in pieces: cut between two messages, without the segments around the batch.

HL7 v2.5.1, chapter 2, section 2.10.3: batch protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.domain.errors import Issue
from app.interop.hl7v2.payload import ENVELOPE, Envelope
from app.interop.pieces.piece import Most, Piece, Start, lines, too_large

# What may stand before a segment: the start block of MLLP, and a byte order mark.
_LEFT_OVER = b"\x0b\xef\xbb\xbf"


def pieces(file: BinaryIO, start: Start, most: Most) -> Iterator[Piece]:
    """The file's pieces from a start on. Fault TOO_LARGE for a message that is too long."""
    file.seek(start.position)
    body: list[bytes] = []
    size = messages = read = 0
    for segment in lines(file, most.bytes):
        name = _name(segment)
        if name == b"MSH" and messages and (messages == most.records or size > most.bytes // 2):
            end = Start(start.position + read, start.lines + messages)
            yield Piece(b"".join(body), start.lines, end)
            start, body, size, messages, read = end, [], 0, 0, 0
        read += len(segment)
        if name not in ENVELOPE:
            body.append(segment)
            size += len(segment)
            messages += name == b"MSH"
        if size > most.bytes:
            raise too_large(most.bytes)
    if read:
        yield Piece(b"".join(body), start.lines, Start(start.position + read, start.lines + messages))


def around(file: BinaryIO, most: int) -> list[Issue]:
    """What is wrong with the batch or file around the messages: cut off, or another number of them than it says."""
    file.seek(0)
    envelope = Envelope()
    for segment in lines(file, most):
        name = _name(segment)
        envelope.inside += name == b"MSH"
        if name in ENVELOPE:
            envelope.add(name, segment.lstrip(_LEFT_OVER).rstrip())
    return [found.issue for found in envelope.close()]


def _name(segment: bytes) -> bytes:
    return segment.lstrip(_LEFT_OVER)[:3]
