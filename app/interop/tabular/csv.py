"""CSV: bytes as rows, as they come, and the rows as records by a profile.

https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, BinaryIO, cast

from app.domain.errors import Category, Fault, Issue
from app.interop.mapping.apply import apply
from app.interop.mapping.columns import Wanted, wanted
from app.interop.mapping.encoding import ENCODINGS, handler, needs_mark
from app.interop.mapping.profile import Csv, Profile
from app.interop.mapping.row import Row
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Unused
from app.interop.tabular.header import LOOKED_AT, Header, likeness

MAX_CELL = 10_000_000
# The limit is one for all readers of the process; without it the module refuses cells of more than 131 072 characters.
csv.field_size_limit(MAX_CELL)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_LOST = re.compile("[\udc80-\udcff]")
_DELIMITERS = {"semicolons": ";", "tabs": "\t", "commas": ",", "bars": "|"}
BEFORE = "stands before the header"


@dataclass(frozen=True, slots=True)
class _Record:
    """One record of the file. line: its first; text: as it stands; problem: why it has no values."""

    line: int
    text: str
    values: list[str]
    problem: Issue | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the first row. lines: all of them, that of the header the last; names: of the columns."""

    lines: int
    names: tuple[str, ...]
    encoding: str


def read_head(stream: BinaryIO, profile: Profile, charset: str | None = None) -> Head:
    """The header of a file alone. Fault MALFORMED where there is none, or one that lacks columns of the profile."""
    with closing(_Reader(stream, profile.csv, charset)) as reader:
        header, _, _ = reader.header(wanted(profile), 0)
        header.check()
        return Head(reader.head, header.names, reader.encoding)


def read_csv(
    stream: BinaryIO, profile: Profile, where: Where, charset: str | None = None, before: int = 0
) -> Iterator[Item | Unused]:
    """The records of a file. before: lines of a larger file that stand before it.

    Fault MALFORMED where the file as a whole cannot be read.
    """
    with closing(_Reader(stream, profile.csv, charset)) as reader:
        header, rows, skipped = reader.header(wanted(profile), before)
        header.check()
        if not before:  # else it is the head of the file again
            yield from skipped
            yield from header.unused()
        yield from apply(profile, (reader.row(header, record, before) for record in rows), where)


class _Reader:
    """Reads one file."""

    def __init__(self, stream: BinaryIO, layout: Csv, charset: str | None) -> None:
        self._layout = layout
        self._text, self.encoding = _decoded(stream, charset or layout.encoding)
        self.head = 0

    def close(self) -> None:
        """Give the stream back, which is another's to close."""
        self._text.detach().detach()

    def header(self, names: Wanted, before: int) -> tuple[Header, Iterator[_Record], list[Unused]]:
        """(the header, the records behind it, what stands before it). Fault MALFORMED where there is none."""
        records = self._records()
        first = list(islice(records, LOOKED_AT)) if self._layout.header is None else self._until(records)
        if not first:
            issue = Issue("", "required", "the file has no header", "a line with the names of the columns")
            raise Fault(Category.MALFORMED, issue.message, (issue,))
        likenesses = [(0, 0) if record.problem else likeness(record.values, names) for record in first]
        position = likenesses.index(max(likenesses)) if self._layout.header is None else len(first) - 1
        found = first[position]
        if found.problem is not None:
            raise Fault(Category.MALFORMED, found.problem.message, (found.problem,))
        self._check_cells(found.values, names)
        self.head = found.line + len(_LINE_END.findall(found.text))
        header = Header(tuple(name.strip() for name in found.values), f"line {found.line + before}", names)
        skipped = [Unused(f"line {record.line + before}", BEFORE) for record in first[:position]]
        return header, chain(first[position + 1 :], records), skipped

    def _check_cells(self, values: list[str], names: Wanted) -> None:
        """Fault MALFORMED for a header that another delimiter would make one."""
        for name, mark in _DELIMITERS.items():
            if len(values) == 1 < len(names.needed) and names.known & {part.strip() for part in values[0].split(mark)}:
                message = f"the cells of this file stand between {name}, which the profile does not say"
                raise _unreadable("structure", message, f"csv: {{delimiter: {json.dumps(mark)}}} in the profile")

    def row(self, header: Header, record: _Record, before: int) -> Row:
        """A record of the file as a row."""
        place, text = f"line {record.line + before}", record.text.encode("utf-8", "surrogateescape")
        if record.problem is not None:
            problem = record.problem
            return Row(place, text, {}, issues=(Issue("", problem.code, problem.message, problem.expected, place),))
        if header.fits(record.values):
            return Row(place, text, header.cells(record.values))
        message = f"the row has {len(record.values)} cells"
        issue = Issue("", "structure", message, f"{len(header.names)} cells, as the header has", place)
        return Row(place, text, {}, issues=(issue,))

    def _until(self, records: Iterator[_Record]) -> list[_Record]:
        """The records up to that of the header's line."""
        found = []
        for record in records:
            found.append(record)
            if record.line >= (self._layout.header or 1):
                break
        return found

    def _records(self) -> Iterator[_Record]:
        """Every record that is not blank."""
        taken: list[str] = []
        reader = csv.reader(
            _remembered(self._text, taken),
            delimiter=self._layout.delimiter,
            quotechar=self._layout.quote,
            strict=True,
        )
        end = 0
        while True:
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                text = "".join(taken)
                yield _Record(end + 1, text.rstrip("\r\n"), [], _problem(str(error)))
                if len(text) > MAX_CELL:
                    return
            else:
                text = taken[0] if len(taken) == 1 else "".join(taken)
                if any(values) and not "".join(values).isspace():
                    yield _Record(end + 1, text.rstrip("\r\n"), values, self._broken(text))
            taken.clear()
            end = reader.line_num

    def _broken(self, text: str) -> Issue | None:
        if "\0" in text:
            return Issue("", "structure", "the row has a NUL byte", "text; is the file UTF-16, or not a CSV file?")
        if not text.isascii() and (_LOST.search(text) or "\ufffd" in text):
            return Issue("", "value", f"the row has bytes that are not {self.encoding}", "the encoding of the profile")
        return None


def _remembered(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _decoded(stream: BinaryIO, encoding: str) -> tuple[io.TextIOWrapper[io.BufferedReader], str]:
    """(the text, its encoding): that of a byte order mark, else the one that is named. Fault for an unknown one."""
    buffered = io.BufferedReader(cast("Any", stream))
    start = buffered.peek(4)[:4]
    found = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    try:
        errors = handler(found or encoding)
    except LookupError:
        raise _unreadable("not-supported", "unknown character set", ENCODINGS) from None
    if found is None and needs_mark(encoding):
        raise _unreadable("structure", "the file has no byte order mark", "utf-16-le or utf-16-be as its character set")
    return io.TextIOWrapper(buffered, found or encoding, errors, newline=""), found or encoding


def _unreadable(code: str, message: str, expected: str) -> Fault:
    return Fault(Category.MALFORMED, message, (Issue("", code, message, expected),))


def _problem(said: str) -> Issue:
    """What the parser refuses, in words."""
    if "end of data" in said:
        return Issue("", "incomplete", "the file ends within a quoted cell", "a closing quote; was the file cut off?")
    if "limit" in said:
        expected = f"at most {MAX_CELL} characters; does a quote lack? Nothing behind it was read"
        return Issue("", "too-long", "a cell is too long", expected)
    return Issue("", "structure", "a quote stands within a cell", "quotes doubled, or around the whole cell")
