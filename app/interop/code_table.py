"""A code table as a file: which column is the code, which its term, and what it means elsewhere.

https://www.rfc-editor.org/rfc/rfc4180 ; docs/terminology.md
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MOST_LETTERS = 400
MOST_OF_A_CODE = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is read. Columns are named by the header, or by their number from 1 where header is False.

    synonyms: more terms of the entry, between `separator`; target: the code that this one means in target_system.
    """

    code: str = "code"
    display: str | None = "display"
    synonyms: str | None = None
    target: str | None = None
    target_system: str = ""
    delimiter: str = ","
    separator: str = "|"
    encoding: str = "utf-8-sig"
    header: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the file, with the number of its line."""

    number: int
    code: str
    display: str
    synonyms: tuple[str, ...]
    target: str


class NotACodeTable(ValueError):
    """The file cannot be read; the message names the line and what was expected, never what stands there."""


def read_code_table(lines: Iterable[str], layout: Layout) -> Iterator[Line]:
    """Entry after entry. NotACodeTable at the first line that cannot be one."""
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    try:
        cells = _cells(next(reader, []) if layout.header else None, layout)
        for row in reader:
            if any(row):
                yield _line(reader.line_num, row, cells, layout)
    except csv.Error:
        raise NotACodeTable(f"line {reader.line_num}: not CSV with the delimiter {layout.delimiter!r}") from None
    except UnicodeDecodeError:
        raise NotACodeTable(f"after line {reader.line_num}: not text in {layout.encoding}") from None


Cell = Callable[[list[str]], str]


def _cells(header: list[str] | None, layout: Layout) -> dict[str, Cell | None]:
    names = {name: getattr(layout, name) for name in ("code", "display", "synonyms", "target")}
    return {name: None if column is None else _cell(column, header) for name, column in names.items()}


def _cell(column: str, header: list[str] | None) -> Cell:
    if header is None:
        if not column.isdecimal() or int(column) < 1:
            raise NotACodeTable("without a header a column is named by its number, counted from 1")
        position = int(column) - 1
    elif column in header:
        position = header.index(column)
    else:
        raise NotACodeTable(f"line 1: no column '{column}'")
    return lambda row: row[position].strip() if position < len(row) else ""


def _line(number: int, row: list[str], cells: dict[str, Cell | None], layout: Layout) -> Line:
    found = {name: cell(row) if cell else "" for name, cell in cells.items()}
    synonyms = tuple(part.strip() for part in found["synonyms"].split(layout.separator) if part.strip())
    if not found["code"]:
        raise NotACodeTable(f"line {number}: no code")
    if max(len(found["code"]), len(found["target"])) > MOST_OF_A_CODE:
        raise NotACodeTable(f"line {number}: a code of more than {MOST_OF_A_CODE} characters")
    if any(len(term) > MOST_LETTERS for term in (found["display"], *synonyms)):
        raise NotACodeTable(f"line {number}: a term of more than {MOST_LETTERS} characters")
    if "\x00" in "".join(row):
        raise NotACodeTable(f"line {number}: a character that no text has")
    return Line(number, found["code"], found["display"], synonyms, found["target"])
