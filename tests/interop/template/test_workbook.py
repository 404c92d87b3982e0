from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

import openpyxl
import pytest

from app.interop.jsontext import dump
from app.interop.mapping.profiles import documents
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Unused
from app.interop.tabular.xlsx import read_xlsx
from app.interop.template.columns import PROFILE, sheets
from app.interop.template.workbook import EXAMPLE, HEADER, template
from app.services.intake.prepare import Prepared, prepare

READER = next(loaded.profile for (name, _), (_, loaded) in documents().items() if name == PROFILE)
EVERY = [sheet.name for sheet in sheets([])]


@cache
def body(*sites: str) -> bytes:
    return template(sites)


def book(*sites: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(body(*sites)))


def read(filled: Any) -> list[Item | Unused]:
    target = io.BytesIO()
    filled.save(target)
    return list(read_xlsx(target.getvalue(), READER, Where("A", "desk")))


def letter(sheet: Any, name: str) -> str:
    return next(str(cell.column_letter) for cell in sheet[HEADER] if cell.value == name)


def drop_down(filled: Any, sheet: str, column: str) -> tuple[list[str], bool]:
    """(the words that are offered, whether others are refused)."""
    there = f"{letter(filled[sheet], column)}{HEADER + 1}"
    found = next(one for one in filled[sheet].data_validations.dataValidation if there in one.sqref)
    name, area = found.formula1.split("!")
    return [cell.value for (cell,) in filled[name][area.replace("$", "")]], found.showErrorMessage


def test_there_is_a_sheet_for_every_type_of_record_and_one_that_explains() -> None:
    assert EVERY == [
        "subject",
        "disease",
        "transplant",
        "infusion",
        "adverse_event",
        "gvhd",
        "disease_assessment",
        "lab",
        "follow_up",
        "death",
        "therapy",
        "end_of_study",
    ]
    assert book().sheetnames == ["read me", *EVERY, "lists"]


def test_an_empty_template_has_no_record_though_it_has_examples() -> None:
    found = read(book("A"))
    assert [one.place for one in found if isinstance(one, Unused)] == ["sheet 1", "sheet lists"]
    assert len(found) == 2


@pytest.mark.parametrize("name", EVERY)
def test_the_example_is_a_record_as_soon_as_it_stands_below_the_header(name: str) -> None:
    filled = book("A")
    sheet = filled[name]
    for cell in sheet[EXAMPLE]:
        sheet.cell(HEADER + 1, cell.column).value = cell.value
    [item] = [one for one in read(filled) if isinstance(one, Item)]
    assert isinstance(prepare(item), Prepared)
    assert (item.raw["type"], item.raw["id"], item.raw["subject"]) == (name, "1", "A-001")


def test_what_is_filled_in_is_read_as_it_stands() -> None:
    filled = book("A", "B")
    values = {"site": "B", "subject": "B-007", "id": "AE-1", "term": "Sepsis", "onset": "2024-03", "grade": 4}
    more = {"serious": True, "seriousness_criteria": "death|hospitalisation", "grade_history.2.date": "2024-03-05"}
    sheet = filled["adverse_event"]
    for name, value in {**values, **more, "grade_history.2.grade": 5}.items():
        sheet[f"{letter(sheet, name)}{HEADER + 1}"] = value
    [item] = [one for one in read(filled) if isinstance(one, Item)]
    assert json.loads(dump(item.raw)) == {
        "type": "adverse_event",
        "site": "B",
        "source": "desk",
        "subject": "B-007",
        "id": "AE-1",
        "term": "Sepsis",
        "onset": "2024-03",
        "grade": 4,
        "serious": True,
        "seriousness_criteria": ["death", "hospitalisation"],
        "grade_history": [{"date": "2024-03-05", "grade": 5}],
    }


@pytest.mark.parametrize(
    ("sheet", "column", "some", "closed"),
    [
        ("adverse_event", "relatedness", ["related", "possible", "unlikely", "unrelated"], True),
        ("adverse_event", "serious", ["true", "false"], True),
        ("gvhd", "grade", ["0", "I", "II", "III", "IV"], True),
        ("adverse_event", "site", ["A", "B"], True),
        ("lab", "test", ["ANC", "PLT", "ALT"], True),
        ("lab", "unit", ["10*9/L", "U/L", "mg/dL"], True),
        ("infusion", "dose.unit", ["10*6/kg", "{cells}/kg"], True),
        ("transplant", "donor_type", ["haploidentical"], False),
        ("adverse_event", "seriousness_criteria", ["death", "hospitalisation"], False),
    ],
)
def test_words_are_offered(sheet: str, column: str, some: list[str], closed: bool) -> None:
    words, refused = drop_down(book("A", "B"), sheet, column)
    assert [word for word in some if word not in words] == []
    assert refused is closed


def test_dates_and_numbers_of_records_stay_as_they_are_typed() -> None:
    filled = book()
    sheet = filled["death"]
    assert sheet.column_dimensions[letter(sheet, "date")].number_format == "@"
    assert sheet.column_dimensions[letter(sheet, "subject")].number_format == "@"
    assert filled["lab"].column_dimensions[letter(filled["lab"], "high")].number_format == "General"


def test_the_header_stays_in_sight_and_marks_what_is_required() -> None:
    filled = book()
    for name in EVERY:
        assert filled[name].freeze_panes == f"E{HEADER + 1}"
    sheet = filled["adverse_event"]
    marked = [cell.value for cell in sheet[HEADER] if "required" in sheet.cell(1, cell.column).value]
    assert marked == ["subject", "id", "term"]
