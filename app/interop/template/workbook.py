"""The template as an Excel workbook: one sheet a type of record, drop-downs, an example above the header.

https://learn.microsoft.com/en-us/openspecs/office_standards/ms-xlsx (drop-downs are data validations)
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from app.interop.template.columns import Column, Sheet, sheets

README, LISTS = "read me", "lists"
MEANING, EXAMPLE, HEADER = 1, 2, 3
LAST = 5000
TEXT = "@"
# Excel keeps no more of a message than this.
_PROMPT = 255
_LINES = (
    "Write one record a line, below the dark header of the sheet of its type. Dark red columns must be filled in.",
    "Dates are YYYY-MM-DD; where the day or the month is not known, YYYY-MM or YYYY. Leave empty what is not known: "
    "empty never means no.",
    "Lines above the header are not loaded: row 1 says what a column means, row 2 is an example. Send the workbook "
    "again after a correction: what did not change is known, and a line with the same id and a larger version "
    "replaces the earlier one.",
)
_NAMES = PatternFill("solid", fgColor="1F3864")
_REQUIRED = PatternFill("solid", fgColor="8B1A1A")
_MEANINGS = PatternFill("solid", fgColor="E8EDF5")
_LINE = Border(bottom=Side("thin", color="B0B7C3"))


def template(sites: Sequence[str]) -> bytes:
    """The workbook for a study of these sites."""
    book = Workbook()
    _read_me(book)
    lists = _Lists(book)
    for sheet in sheets(sites):
        _sheet(book, sheet, lists)
    lists.close()
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


class _Lists:
    """The words of all drop-downs, on a hidden sheet: a list within a validation ends at 255 characters."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._found: dict[tuple[str, ...], str] = {}

    def reference(self, words: tuple[str, ...]) -> str:
        """Where these words stand."""
        letter = get_column_letter(len(self._found) + 1)
        return self._found.setdefault(words, f"{LISTS}!${letter}$1:${letter}${len(words)}")

    def close(self) -> None:
        """Write the sheet behind all others."""
        sheet = self._book.create_sheet(LISTS)
        sheet.sheet_state = "hidden"
        for number, words in enumerate(self._found, start=1):
            for row, word in enumerate(words, start=1):
                _text(sheet.cell(row, number), word)


def _read_me(book: Workbook) -> None:
    sheet = book.worksheets[0]
    sheet.title = README
    sheet.column_dimensions["A"].width = 110
    for row, line in enumerate(_LINES, start=1):
        cell = sheet.cell(row, 1, f"{row}. {line}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 15 * (1 + len(line) // 105)


def _sheet(book: Workbook, said: Sheet, lists: _Lists) -> None:
    sheet = book.create_sheet(said.name)
    sheet.freeze_panes = sheet.cell(HEADER + 1, 5)
    sheet.row_dimensions[MEANING].height = 90
    for number, column in enumerate(said.columns, start=1):
        _head(sheet, number, column)
        for row in (MEANING, EXAMPLE, HEADER):
            _style(sheet.cell(row, number), row, column)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = max(14, min(34, max(len(column.name), len(column.example)) + 3))
        if not column.number:
            # Excel would make days out of months, and numbers out of names.
            sheet.column_dimensions[letter].number_format = TEXT
        if column.words:
            sheet.add_data_validation(_drop_down(column, lists, letter))


def _head(sheet: Any, number: int, column: Column) -> None:
    meaning = "\n".join(filter(None, (column.meaning, column.form, "required" if column.required else "")))
    _text(sheet.cell(MEANING, number), meaning)
    _text(sheet.cell(HEADER, number), column.name)
    if column.example:
        _text(sheet.cell(EXAMPLE, number), column.example)


def _text(cell: Any, text: str) -> None:
    """A text that stays one, though it may look like a number or a formula."""
    cell.value, cell.data_type, cell.number_format = text, "s", TEXT


def _style(cell: Any, row: int, column: Column) -> None:
    cell.alignment = Alignment(wrap_text=row == MEANING, vertical="top")
    cell.border = _LINE
    if row == HEADER:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _REQUIRED if column.required else _NAMES
    else:
        cell.font = Font(italic=row == EXAMPLE, color="6B7280" if row == EXAMPLE else "1F2937", size=9)
        cell.fill = _MEANINGS


def _drop_down(column: Column, lists: _Lists, letter: str) -> DataValidation:
    found = DataValidation("list", formula1=lists.reference(column.words), allow_blank=True)
    found.showErrorMessage = column.closed
    found.errorTitle, found.error = "Not one of the words", "Choose one from the list, or leave the cell empty."
    found.showInputMessage = bool(column.form)
    found.promptTitle, found.prompt = column.name[:32], column.form[:_PROMPT]
    found.add(f"{letter}{HEADER + 1}:{letter}{LAST}")
    return found
