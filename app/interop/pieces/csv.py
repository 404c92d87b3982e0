"""CSV in pieces: cut between two rows, never between two rows that make one record; each bears the header again.

https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from app.domain.errors import Category, Fault, Issue
from app.interop.pieces.piece import Most, Piece, Start, lines, too_large


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written. header: lines up to the names of the columns; groups: for each form the columns whose
    values tell which rows make one record.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8-sig"
    header: int = 1
    groups: tuple[tuple[str, ...], ...] = ()


def pieces(file: BinaryIO, start: Start, most: Most, layout: Layout) -> Iterator[Piece]:
    """The file's pieces from a start on. Fault TOO_LARGE for rows of one record that are too large."""
    head = _head(file, most, layout)
    if start.position == 0:
        start = Start(len(head.raw), head.lines)
    file.seek(start.position)
    taken = _Taken(lines(file, most.bytes), layout.encoding)
    rows, previous = 0, _NOTHING
    for row in _rows(taken, layout):
        key = head.key(row)
        full = rows >= most.records or taken.size + len(head.raw) > most.bytes // 2
        if full and not _continues(previous, key):
            piece = _piece(head, start, taken.before())
            yield piece
            start, rows = piece.end, 0
        taken.keep()
        if taken.size + len(head.raw) > most.bytes:
            raise too_large(most.bytes)
        rows, previous = rows + 1, key
    if taken.raw:
        yield _piece(head, start, taken.before())


def _rows(taken: _Taken, layout: Layout) -> Iterator[list[str]]:
    try:
        yield from csv.reader(taken, delimiter=layout.delimiter, quotechar=layout.quote)
    except csv.Error:
        issue = Issue("", "structure", "not CSV: a field is too long, or a line ends within it", "RFC 4180")
        raise Fault(Category.MALFORMED, issue.message, (issue,)) from None


_Key = tuple[tuple[str, ...], ...]
_NOTHING: _Key = ()


def _continues(previous: _Key, key: _Key) -> bool:
    """Whether a row may belong to the record of the row before it."""
    return any(old == new for old, new in zip(previous, key, strict=False))


@dataclass(frozen=True, slots=True)
class _Head:
    """The bytes up to the first row, and where the columns of the groups are."""

    raw: bytes
    lines: int
    groups: tuple[tuple[int, ...], ...]

    def key(self, row: list[str]) -> _Key:
        return tuple(tuple(row[at] for at in group if at < len(row)) for group in self.groups)


def _head(file: BinaryIO, most: Most, layout: Layout) -> _Head:
    file.seek(0)
    taken = _Taken(lines(file, most.bytes), layout.encoding)
    reader = _rows(taken, layout)
    names: list[str] = []
    while taken.count < layout.header:
        names = next(reader, [])
        if not taken.fresh:
            break
        taken.keep()
    groups = tuple(tuple(names.index(name) for name in group if name in names) for group in layout.groups)
    return _Head(b"".join(taken.raw), taken.count, groups)


@dataclass(slots=True)
class _Taken:
    """The lines that the reader of rows has taken: those of rows that are in the piece, and those of the newest row."""

    source: Iterator[bytes]
    encoding: str
    raw: list[bytes] = field(default_factory=list)
    fresh: list[bytes] = field(default_factory=list)
    size: int = 0
    count: int = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.source:
            self.fresh.append(line)
            yield line.decode(self.encoding, "replace")

    def keep(self) -> None:
        """The newest row is in the piece."""
        self.raw += self.fresh
        self.size += sum(map(len, self.fresh))
        self.count += len(self.fresh)
        self.fresh = []

    def before(self) -> tuple[bytes, int]:
        """The piece before the newest row, and its lines; the next one begins."""
        found = b"".join(self.raw), self.count
        self.raw, self.size, self.count = [], 0, 0
        return found


def _piece(head: _Head, start: Start, taken: tuple[bytes, int]) -> Piece:
    body, count = taken
    end = Start(start.position + len(body), start.lines + count)
    return Piece(head.raw + body, start.lines - head.lines, end)
