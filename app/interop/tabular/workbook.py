"""A workbook opened safely: limits before anything is unpacked, sheets read row by row, merged cells filled.

https://openpyxl.readthedocs.io/en/stable/optimized.html
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from app.domain.errors import Category, Fault, Issue
from app.interop.tabular.cells import ERRORS, NO_RESULT, WRONG

MOST_UNPACKED, MOST_PARTS, MOST_COLUMNS, MOST_MERGED = 64 * 1024 * 1024, 2000, 2000, 10_000
_OLD, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>]")
_BLOCK, _OVERLAP = 1 << 20, 200
# What damaged workbooks make the libraries raise.
_DAMAGED = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError,
    IndexError, zlib.error, AttributeError, EOFError, NotImplementedError, OSError, RuntimeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet, counted from 1."""

    number: int
    values: list[Any]


@dataclass(slots=True)
class Sheet:
    """One sheet. formulas: the same cells as formulas, where there are any; merged: first row, last row and column of
    cells that are one over several rows.
    """

    name: str
    number: int
    values: Any
    formulas: Any = None
    merged: list[tuple[int, int, int]] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """Row by row. Fault MALFORMED where the sheet is damaged."""
        held: dict[int, tuple[int, Any]] = {}
        starts: dict[int, list[tuple[int, int]]] = {}
        for first, last, column in self.merged:
            starts.setdefault(first, []).append((last, column))
        try:
            for number, values in enumerate(self._rows(), start=1):
                held = {column: (last, value) for column, (last, value) in held.items() if number <= last}
                for column, (_, value) in held.items():
                    values += [None] * (column + 1 - len(values))
                    values[column] = value
                for last, column in starts.get(number, ()):
                    if column < len(values):
                        held[column] = (last, values[column])
                yield Line(number, values)
        except _DAMAGED:
            raise _refused("the workbook is damaged", "a workbook as Excel saves it") from None

    def _rows(self) -> Iterator[list[Any]]:
        rows = self.values.iter_rows(values_only=True, max_col=MOST_COLUMNS)
        formulas = self.formulas and self.formulas.iter_rows(values_only=True, max_col=MOST_COLUMNS)
        for row in rows:
            values = [WRONG if isinstance(value, str) and value in ERRORS else value for value in row]
            while values and values[-1] is None:
                values.pop()
            if formulas:
                values = _with_formulas(values, next(formulas, ()))
            yield values


def _with_formulas(values: list[Any], formulas: tuple[Any, ...]) -> list[Any]:
    """The values, with a mark where a formula has none."""
    lacking = [place for place, formula in enumerate(formulas) if isinstance(formula, str) and formula.startswith("=")]
    values += [None] * (max(lacking, default=-1) + 1 - len(values))
    for place in lacking:
        if values[place] is None:
            values[place] = NO_RESULT
    return values


def open_workbook(stream: BinaryIO) -> list[Sheet]:
    """The sheets of a workbook, in their order. Fault MALFORMED for what is none, or would unpack to too much."""
    start = stream.read(4)
    stream.seek(0)
    if start == _OLD:
        raise _refused("an old or encrypted workbook", "the workbook saved as .xlsx, without a password")
    if not start.startswith(_ZIP):
        raise _refused("not a workbook", "a file that Excel saved as .xlsx")
    try:
        parts = _parts(stream)
        found = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        return _sheets(stream, found, parts)
    except _DAMAGED:
        raise _refused("the workbook is damaged", "a workbook as Excel saves it") from None


def _parts(stream: BinaryIO) -> zipfile.ZipFile:
    """The parts of the file, which no more than a workbook needs."""
    parts = zipfile.ZipFile(stream)
    sizes = [part.file_size for part in parts.infolist()]
    if len(sizes) > MOST_PARTS or sum(sizes) > MOST_UNPACKED:
        raise _refused("the workbook unpacks to too much", f"at most {MOST_UNPACKED} bytes in {MOST_PARTS} parts")
    return parts


def _sheets(stream: BinaryIO, values: Any, parts: zipfile.ZipFile) -> list[Sheet]:
    sheets = []
    formulas: Any = None
    for number, sheet in enumerate(values.worksheets, start=1):
        merged, calculated = _scanned(parts, sheet._worksheet_path)
        if calculated and formulas is None:
            formulas = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
        # What the file says of its size may be wrong.
        sheet.reset_dimensions()
        beside = None
        if calculated:
            beside = formulas[sheet.title]
            beside.reset_dimensions()
        sheets.append(Sheet(sheet.title, number, sheet, beside, merged))
    return sheets


def _scanned(parts: zipfile.ZipFile, path: str) -> tuple[list[tuple[int, int, int]], bool]:
    """(cells merged over rows, whether there are formulas), which a reader of rows does not tell."""
    merged: dict[bytes, None] = {}
    calculated = False
    rest = b""
    with parts.open(path) as part:
        while block := part.read(_BLOCK):
            text = rest + block
            calculated = calculated or _FORMULA.search(text) is not None
            merged |= dict.fromkeys(_MERGED.findall(text))
            rest = text[-_OVERLAP:]
    found: list[Any] = [range_boundaries(reference.decode()) for reference in [*merged][:MOST_MERGED]]
    return [(top, bottom, left - 1) for left, top, _, bottom in found if bottom > top], calculated


def _refused(message: str, expected: str) -> Fault:
    return Fault(Category.MALFORMED, message, (Issue("", "structure", message, expected, "workbook"),))
