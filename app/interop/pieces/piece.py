"""A piece of a large file: bytes that are a payload by themselves, and where they stood.

docs/loading.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.domain.errors import Category, Fault, Issue

_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Start:
    """Where a piece begins. position: bytes of the file before it; lines: lines before it, or messages of HL7 v2."""

    position: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """body: the payload; before: what a line's number in it lacks to its number in the file; end: where the next one
    begins.
    """

    body: bytes
    before: int
    end: Start


@dataclass(frozen=True, slots=True)
class Most:
    """How large a piece may be: records after which it ends, and bytes that it may not exceed."""

    records: int
    bytes: int


def lines(file: BinaryIO, most: int) -> Iterator[bytes]:
    """Lines with their ends: \\n, \\r\\n or \\r. Fault TOO_LARGE for one of more than `most` bytes."""
    rest = b""
    while block := file.read(_BLOCK):
        found = (rest + block).splitlines(keepends=True)
        rest = found.pop()
        if rest.endswith(b"\n"):
            found.append(rest)
            rest = b""
        if len(rest) > most:
            raise too_large(most)
        yield from found
    if rest:
        yield from rest.splitlines(keepends=True)


def too_large(most: int) -> Fault:
    """The fault for what does not end where a line, a message or the rows of a record should."""
    issue = Issue("", "too-long", "a line, a message or the rows of one record are too large", f"at most {most} bytes")
    return Fault(Category.TOO_LARGE, issue.message, (issue,))
