"""NDJSON in pieces: cut between two lines.

https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.interop.pieces.piece import Most, Piece, Start, too_large


def pieces(file: BinaryIO, start: Start, most: Most) -> Iterator[Piece]:
    """The file's pieces from a start on. Fault TOO_LARGE for a line that is too long."""
    file.seek(start.position)
    body: list[bytes] = []
    size = 0
    while line := file.readline(most.bytes + 1):
        if body and (len(body) == most.records or size + len(line) > most.bytes):
            piece = _piece(start, body, size)
            yield piece
            start, body, size = piece.end, [], 0
        if len(line) > most.bytes:
            raise too_large(most.bytes)
        body.append(line)
        size += len(line)
    if body:
        yield _piece(start, body, size)


def _piece(start: Start, body: list[bytes], size: int) -> Piece:
    return Piece(b"".join(body), start.lines, Start(start.position + size, start.lines + len(body)))
