from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from app.domain.errors import Fault
from app.interop.mapping.profile import Profile
from app.interop.reading import Item, Unused
from app.interop.tabular.header import NOBODY
from app.interop.tabular.xlsx import NO_SHEET, read_xlsx
from tests.interop.mapping.profiles import AT_A, profile

HEAD = ["id", "subject", "test", "collected", "value"]
FORM = {"record": "lab", "sheet": "Lab", "fields": {name: name for name in HEAD[2:]}}
LAB = profile(FORM, format="xlsx", decimal=",")


def workbook(*rows: list[Any], sheet: str = "Lab") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = sheet
    for row in rows:
        page.append(row)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(book: openpyxl.Workbook | bytes, found: Profile = LAB) -> list[Item | Unused]:
    return list(read_xlsx(book if isinstance(book, bytes) else saved(book), found, AT_A))


def fields(book: openpyxl.Workbook, found: Profile = LAB) -> list[dict[str, Any]]:
    items = [item for item in read(book, found) if isinstance(item, Item)]
    assert all(item.issues == () for item in items)
    return [{name: item.raw[name] for name in HEAD[2:] if name in item.raw} for item in items]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (7.2, "7.2"),
        (0.1 + 0.2, "0.3"),
        (12, "12"),
        (1234.5, "1234.5"),
        ("7,2", "7.2"),
        ("<0,1", "<0.1"),
        (1e-7, "1E-7"),
    ],
)
def test_numbers_come_without_noise_whatever_the_decimal_mark_of_texts(cell: Any, value: str) -> None:
    [found] = fields(workbook(HEAD, ["1", "A-001", "HGB", date(2024, 3, 5), cell]))
    assert str(found["value"]) == value


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2024, 3, 5), "2024-03-05"),
        (datetime(2024, 3, 5, 9, 30), "2024-03-05T09:30:00+01:00"),
        ("2024-03", "2024-03"),
        (2024, "2024"),
    ],
)
def test_dates_are_read_as_excel_holds_them(cell: Any, day: str) -> None:
    [found] = fields(workbook(HEAD, ["1", "A-001", "HGB", cell, 7]))
    assert found["collected"] == day


def test_a_day_and_a_time_in_two_cells() -> None:
    both = profile(
        {**FORM, "fields": {"test": "test", "collected": {"columns": ["day", "at"], "join": " "}}}, format="xlsx"
    )
    [found] = fields(
        workbook(["id", "subject", "test", "day", "at"], ["1", "A", "HGB", date(2024, 3, 5), time(9, 30)]), both
    )
    assert found["collected"] == "2024-03-05T09:30:00+01:00"


def test_numbers_as_keys_stay_as_they_look() -> None:
    [item] = read(workbook(HEAD, [17.0, 1, "HGB", "2024", 1]))
    assert isinstance(item, Item)
    assert (item.raw["id"], item.raw["subject"]) == ("17", "1")


def test_rows_keep_their_numbers_and_empty_ones_do_not_count() -> None:
    book = workbook(
        ["Results of the ward"], [], HEAD, ["1", "A", "HGB", "2024", 1], [None] * 5, ["2", "A", "x", "y", 1], ["", " "]
    )
    assert [(item.place, [issue.place for issue in item.issues]) for item in read(book) if isinstance(item, Item)] == [
        ("sheet Lab, row 4", []),
        ("sheet Lab, row 6", ["sheet Lab, row 6, column collected"]),
    ]


def test_sheets_are_chosen_by_name_and_the_others_named() -> None:
    book = workbook(HEAD, ["1", "A", "HGB", "2024", 1])
    book.create_sheet("Notes").append(["x"])
    book.create_sheet("Frau Müller").append(["x"])
    assert [item for item in read(book) if isinstance(item, Unused)] == [
        Unused("sheet Notes", NO_SHEET),
        Unused("sheet 3", NO_SHEET),
    ]
    with pytest.raises(Fault, match="the workbook has no sheet Lab"):
        read(workbook(HEAD, sheet="Labor"))


def test_columns_that_lack_or_are_not_read_are_named() -> None:
    assert [
        item for item in read(workbook([*HEAD, "WARD"], ["1", "A", "HGB", "2024", 1, 7])) if isinstance(item, Unused)
    ] == [Unused("sheet Lab, row 1, column WARD", NOBODY)]
    with pytest.raises(Fault, match="the file has no column value") as found:
        read(workbook(HEAD[:-1], ["1", "A", "HGB", "2024"]))
    assert found.value.issues[0].place == "sheet Lab, row 1"


def test_cells_merged_over_rows_count_for_each_of_them() -> None:
    book = workbook(
        HEAD, ["1", "A-001", "HGB", "2024", 1], ["2", None, "PLT", "2024", 2], ["3", None, "WBC", "2024", 3]
    )
    page = book.active
    assert isinstance(page, Worksheet)
    page.merge_cells("B2:B3")
    items = [item for item in read(book) if isinstance(item, Item)]
    assert [item.raw.get("subject") for item in items] == ["A-001", "A-001", None]


def test_hidden_rows_are_rows() -> None:
    book = workbook(HEAD, ["1", "A", "HGB", "2024", 1], ["2", "A", "HGB", "2024", 2])
    page = book.active
    assert isinstance(page, Worksheet)
    page.row_dimensions[2].hidden = True
    assert len(fields(book)) == 2


@pytest.mark.parametrize(
    ("cell", "message"), [("=1+1", "a formula without a result"), ("#N/A", "an error of a formula")]
)
def test_a_formula_that_has_no_value_is_no_empty_cell(cell: str, message: str) -> None:
    [item] = read(workbook(HEAD, ["1", "A", "HGB", "2024", cell]))
    assert isinstance(item, Item)
    assert [(issue.message, issue.place) for issue in item.issues] == [(message, "sheet Lab, row 2, column value")]


def test_the_result_of_a_formula_is_its_value() -> None:
    body = saved(workbook(HEAD, ["1", "A", "HGB", "2024", "=1+1"]))
    empty, full = re.compile(rb"<v ?/>|<v></v>"), b"<v>2</v>"
    result = changed(body, "xl/worksheets/sheet1.xml", lambda text: empty.sub(full, text))
    [item] = read(result)
    assert isinstance(item, Item)
    assert (item.issues, item.raw["value"]) == ((), 2)


def test_what_stands_behind_15_digits_is_noise() -> None:
    body = saved(workbook(HEAD, ["1", "A", "HGB", "2024", 0.5]))
    sum_of_tenths = changed(body, "xl/worksheets/sheet1.xml", lambda text: text.replace(b"0.5", b"0.30000000000000004"))
    [item] = read(sum_of_tenths)
    assert isinstance(item, Item)
    assert str(item.raw["value"]) == "0.3"


def changed(body: bytes, name: str, change: Any) -> bytes:
    """The workbook with one of its parts changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part.filename, change(text) if part.filename == name else text)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"id,subject\n1,A\n", "not a workbook"),
        (b"", "not a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "an old or encrypted workbook"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
    ],
)
def test_what_is_no_workbook_says_so(body: bytes, message: str) -> None:
    with pytest.raises(Fault, match=message):
        read(body)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_damaged_workbook_says_so(part: str) -> None:
    body = saved(workbook(HEAD, ["1", "A", "HGB", "2024", 1]))
    with pytest.raises(Fault, match="damaged"):
        read(changed(body, part, lambda text: text[: len(text) // 2]))


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    body = saved(workbook(HEAD, ["1", "A", "HGB", "2024", 1]))
    with pytest.raises(Fault, match="damaged"):
        read(
            changed(body, "xl/worksheets/sheet1.xml", lambda text: text.replace(b"<worksheet", bomb + b"<worksheet", 1))
        )


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    body = saved(workbook(HEAD, ["1", "A", "HGB", "2024", 1]))
    monkeypatch.setattr("app.interop.tabular.workbook.MOST_UNPACKED", 1000)
    with pytest.raises(Fault, match="unpacks to too much"):
        read(body)
