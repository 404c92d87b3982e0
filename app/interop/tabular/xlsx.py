"""Excel workbooks: sheets as rows with typed cells, and the rows as records by a profile.

https://learn.microsoft.com/en-us/openspecs/office_standards/ms-xlsx
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from app.domain.errors import Category, Fault, Issue, shown_name
from app.interop.mapping.apply import apply
from app.interop.mapping.columns import Wanted, wanted
from app.interop.mapping.profile import Profile
from app.interop.mapping.row import Row
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Unused
from app.interop.tabular.cells import NO_RESULT, WRONG, text_of
from app.interop.tabular.header import LOOKED_AT, UNKNOWN, Header, likeness
from app.interop.tabular.workbook import Line, Sheet, open_workbook

NO_SHEET = "no form of the profile reads this sheet"


def read_xlsx(body: bytes, profile: Profile, where: Where) -> Iterator[Item | Unused]:
    """The records of a workbook. Fault MALFORMED where it cannot be read as a whole."""
    sheets = {sheet.name: sheet for sheet in open_workbook(io.BytesIO(body))}
    names = list(dict.fromkeys(form.sheet for form in profile.forms))
    every = None in names
    asked = [name for name in sheets if every or name in names]
    if profile.missing_columns == "refuse" or not asked:
        _check(sheets, [name for name in names if name is not None])
    left = [name for name in sheets if name not in asked]
    yield from (Unused(f"sheet {_shown(name, sheets)}", NO_SHEET) for name in left)
    tables = [_Table(sheets[name], profile, name in names) for name in asked]
    for table in tables:
        yield from table.unused
    yield from apply(profile, chain.from_iterable(table.rows() for table in tables), where)


def _check(sheets: dict[str, Sheet], names: list[str]) -> None:
    issues = tuple(
        Issue("", "required", f"the workbook has no sheet {name}", "a sheet of that name", "workbook")
        for name in names
        if name not in sheets
    )
    if issues:
        raise Fault(Category.MALFORMED, issues[0].message, issues)


def _shown(name: str, sheets: dict[str, Sheet]) -> str:
    shown = shown_name(name)
    return str([*sheets].index(name) + 1) if shown == UNKNOWN else shown


class _Table:
    """One sheet against the profile. named: whether the profile names it, so that its name may be told."""

    def __init__(self, sheet: Sheet, profile: Profile, named: bool) -> None:
        self._sheet = sheet
        self._place = f"sheet {sheet.name}" if named else f"sheet {sheet.number}"
        names = wanted(profile, sheet.name)
        self._lines = sheet.lines()
        first = list(islice(self._lines, LOOKED_AT if profile.xlsx.header is None else profile.xlsx.header))
        position = _position(first, names) if profile.xlsx.header is None else len(first) - 1
        self._header = self._found(first, position, names)
        self._lines = chain(first[position + 1 :], self._lines)
        self.unused = [*self._header.unused()]

    def rows(self) -> Iterator[Row]:
        """The rows behind the header that say anything."""
        for line in self._lines:
            texts = [text_of(value) for value in line.values]
            if any(text.strip() for text in texts):
                yield self._row(line, texts)

    def _found(self, first: list[Line], position: int, names: Wanted) -> Header:
        texts = [text_of(value).strip() for value in first[position].values] if first else []
        while texts and not texts[-1]:
            texts.pop()
        number = first[position].number if first else 1
        header = Header(tuple(texts), f"{self._place}, row {number}", names)
        header.check()
        return header

    def _row(self, line: Line, texts: list[str]) -> Row:
        place = f"{self._place}, row {line.number}"
        text = "\t".join(texts).encode("utf-8", "surrogateescape")
        issues = tuple(self._wrong(line, place))
        cells = self._header.cells(texts)
        if not self._header.fits(texts) and len(texts) > len(self._header.names):
            issues = (Issue("", "structure", "a cell stands behind the last column", "a header above it", place),)
        return Row(place, text, cells, self._sheet.name, issues=issues)

    def _wrong(self, line: Line, place: str) -> Iterator[Issue]:
        """Cells that the profile reads and that hold no value."""
        for name, value in zip(self._header.names, line.values, strict=False):
            if name in self._header.wanted.known and (value is NO_RESULT or value is WRONG):
                message = "a formula without a result" if value is NO_RESULT else "an error of a formula"
                yield Issue("", "value", message, "a value; save the workbook in Excel", f"{place}, column {name}")


def _position(first: list[Line], names: Wanted) -> int:
    found: list[Any] = [likeness([text_of(value) for value in line.values], names) for line in first]
    return found.index(max(found)) if found else 0
