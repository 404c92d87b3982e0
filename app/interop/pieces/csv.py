"""CSV in pieces: cut between two rows, never between two rows that make one record; each bears the header again.

https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from app.interop.pieces.piece import Most, Piece, Start, lines, too_large


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written. head: lines up to the end of its header; groups: for each form the columns, counted from
    0, whose values tell which rows make one record.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8-sig"
    head: int = 1
    groups: tuple[tuple[int, ...], ...] = ()


def pieces(file: BinaryIO, start: Start, most: Most, layout: Layout) -> Iterator[Piece]:
    """The file's pieces from a start on. Fault TOO_LARGE for rows of one record that are too large."""
    file.seek(0)
    head = b"".join(islice(lines(file, most.bytes), layout.head))
    if start.position == 0:
        start = Start(len(head), layout.head)
    file.seek(start.position)
    taken = _Taken(lines(file, most.bytes), layout.encoding, most.bytes - len(head))
    rows, previous = 0, _NOTHING
    for row in _rows(taken, layout):
        key = tuple(_values(row, group) for group in layout.groups)
        full = rows >= most.records or taken.size + len(head) > most.bytes // 2
        if rows and full and not _continues(previous, key):
            piece = _piece(head, layout, start, taken.before())
            yield piece
            start, rows = piece.end, 0
        taken.keep()
        rows, previous = rows + 1, key
    if taken.raw:
        yield _piece(head, layout, start, taken.before())


def _rows(taken: _Taken, layout: Layout) -> Iterator[list[str]]:
    """Every row, be it broken: it ends where the reader of rows finds its end too."""
    rows = csv.reader(taken, delimiter=layout.delimiter, quotechar=layout.quote, strict=True)
    while True:
        try:
            yield next(rows)
        except csv.Error:
            yield []
        except StopIteration:
            return


_Key = tuple[tuple[str, ...], ...]
_NOTHING: _Key = ()


def _values(row: list[str], group: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(row[at].strip() for at in group if at < len(row))


def _continues(previous: _Key, key: _Key) -> bool:
    """Whether a row may belong to the record of the row before it."""
    return any(old == new for old, new in zip(previous, key, strict=False))


@dataclass(slots=True)
class _Taken:
    """The lines that the reader of rows has taken: those of rows that are in the piece, and those of the newest row."""

    source: Iterator[bytes]
    encoding: str
    most: int
    raw: list[bytes] = field(default_factory=list)
    fresh: list[bytes] = field(default_factory=list)
    size: int = 0
    count: int = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.source:
            self.fresh.append(line)
            self.size += len(line)
            if self.size > self.most:
                raise too_large(self.most)
            yield line.decode(self.encoding, "replace")

    def keep(self) -> None:
        """The newest row is in the piece."""
        self.raw += self.fresh
        self.count += len(self.fresh)
        self.fresh = []

    def before(self) -> tuple[bytes, int]:
        """The piece before the newest row, and its lines; the next one begins."""
        found = b"".join(self.raw), self.count
        self.raw, self.size, self.count = [], sum(map(len, self.fresh)), 0
        return found


def _piece(head: bytes, layout: Layout, start: Start, taken: tuple[bytes, int]) -> Piece:
    body, count = taken
    end = Start(start.position + len(body), start.lines + count)
    return Piece(head + body, start.lines - layout.head, end)
