"""A file as tables of texts: encoding, delimiter and header found out, sheets and instruments told apart.

https://www.rfc-editor.org/rfc/rfc4180; https://projectredcap.org (redcap_repeat_instrument)
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from app.domain.errors import Category, Fault, Issue
from app.interop.infer.names import is_known
from app.interop.tabular.cells import text_of
from app.interop.tabular.workbook import Sheet, open_workbook

ZIP = b"PK\x03\x04"
INSTRUMENT = "redcap_repeat_instrument"
# So many rows are looked at.
MOST_ROWS = 5000
_SAMPLE = 50
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind. name: of the sheet or instrument; columns: the texts below each header, blanks left out."""

    name: str
    columns: dict[str, list[str]]
    instrument: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """What a file is like. delimiter, encoding: of CSV, "" for a workbook; twice: headers that stand twice."""

    tables: tuple[Table, ...]
    delimiter: str = ""
    encoding: str = ""
    twice: tuple[str, ...] = field(default=())

    @property
    def format(self) -> str:
        """As a profile names it."""
        return "csv" if self.delimiter else "xlsx"


def read_file(body: bytes) -> File:
    """The tables of a CSV file or a workbook. Fault MALFORMED for a workbook that is none."""
    if body.startswith(ZIP):
        sheets = open_workbook(io.BytesIO(body))
        tables = [_table(sheet.name, [*_texts(sheet)]) for sheet in sheets]
        return File(tuple(table for table in tables if table.columns))
    text, encoding = _decoded(body)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    header = _header(rows)
    names = [name.strip() for name in rows[header]] if rows else []
    twice = tuple(name for name, count in Counter(names).items() if count > 1 and name)
    return File(tuple(_split(_table("", rows[header:]), names, rows[header + 1 :])), delimiter, encoding, twice)


def _texts(sheet: Sheet) -> Iterator[list[str]]:
    yield from ([text_of(value) for value in line.values] for line in islice(sheet.lines(), MOST_ROWS))


def _decoded(body: bytes) -> tuple[str, str]:
    """(text, its encoding): a byte order mark says it, else what is no UTF-8 is taken for Windows-1252."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace"), "utf-8" if name == "utf-8-sig" else name
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return body.decode("windows-1252", "replace"), "windows-1252"


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows that are not blank. Fault MALFORMED for what is no CSV."""
    stream = io.StringIO(text.replace("\0", ""), newline="")
    try:
        return [row for row in islice(csv.reader(stream, delimiter=delimiter), MOST_ROWS) if any(row)]
    except csv.Error:
        issue = Issue("", "structure", "not a CSV file", "CSV, or an Excel workbook (.xlsx)")
        raise Fault(Category.MALFORMED, issue.message, (issue,)) from None


def _delimiter(text: str) -> str:
    """The mark that cuts most lines into the same number of cells, and into most cells."""
    sample = [line for line in text.splitlines() if line.strip()][:_SAMPLE]

    def evenness(mark: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=mark))
        [(width, lines)] = widths.most_common(1) or [(1, 0)]
        return (lines if width > 1 else 0, width)

    return max(_DELIMITERS, key=evenness)


def _header(rows: Sequence[Sequence[str]]) -> int:
    """The row that has the most names that are known; the first where none has any."""
    known = [sum(is_known(cell) for cell in row if cell.strip()) for row in rows[:_SAMPLE]]
    return known.index(max(known)) if known else 0


def _table(name: str, rows: Sequence[Sequence[str]]) -> Table:
    header = _header(rows)
    if not rows:
        return Table(name, {})
    return Table(name, _columns([cell.strip() for cell in rows[header]], rows[header + 1 :]))


def _columns(names: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in names if name}
    for row in rows:
        for name, cell in zip(names, row, strict=False):
            if name and cell.strip():
                found[name].append(cell.strip())
    return found


def _split(whole: Table, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Table]:
    """One table, or one for each repeating instrument of REDCap and one for the rest, each with its own columns."""
    if INSTRUMENT not in names:
        yield whole
        return
    position = list(names).index(INSTRUMENT)
    kinds = dict.fromkeys(row[position].strip() for row in rows if len(row) > position)
    for kind in kinds:
        taken = [row for row in rows if len(row) > position and row[position].strip() == kind]
        columns = {name: values for name, values in _columns(names, taken).items() if values}
        yield Table(kind, columns, True)
