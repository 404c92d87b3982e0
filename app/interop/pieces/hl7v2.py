"""HL7 v2 batch files in pieces: cut between two messages.

HL7 v2.5.1, chapter 2, section 2.10.3: batch protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.interop.pieces.piece import Most, Piece, Start, lines, too_large


def pieces(file: BinaryIO, start: Start, most: Most) -> Iterator[Piece]:
    """The file's pieces from a start on. Fault TOO_LARGE for a message that is too long."""
    file.seek(start.position)
    body: list[bytes] = []
    size = messages = 0
    for segment in lines(file, most.bytes):
        begins = segment.lstrip(b"\x0b").startswith(b"MSH")
        if begins and (messages == most.records or size > most.bytes // 2):
            piece = _piece(start, body, messages)
            yield piece
            start, body, size, messages = piece.end, [], 0, 0
        body.append(segment)
        size += len(segment)
        messages += begins
        if size > most.bytes:
            raise too_large(most.bytes)
    if body:
        yield _piece(start, body, messages)


def _piece(start: Start, body: list[bytes], messages: int) -> Piece:
    raw = b"".join(body)
    return Piece(raw, start.lines, Start(start.position + len(raw), start.lines + messages))
