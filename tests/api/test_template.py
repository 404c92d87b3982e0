"""The workbook that a study gives out, filled in and sent back.

docs/profiles/engraft-template.md
"""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from app.interop.template.workbook import EXAMPLE, HEADER, README
from tests.journeys.door import STUDY, Door

PATH = f"/studies/{STUDY}/template.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def filled(body: bytes) -> bytes:
    """The workbook with its examples as records."""
    book: Any = openpyxl.load_workbook(io.BytesIO(body))
    for sheet in book:
        if sheet.title != README and sheet.sheet_state == "visible":
            for cell in sheet[EXAMPLE]:
                sheet.cell(HEADER + 1, cell.column).value = cell.value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_what_is_written_into_the_template_is_found_in_the_study(door: Door) -> None:
    door.put_study(STUDY, "A", "B")
    answer = door.get(PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    receipt = door.post(filled(answer.content), XLSX).json()
    assert (receipt["accepted"], receipt["rejected"], receipt.get("waiting")) == (12, 0, 0), receipt
    status = door.status("A-001")
    assert (status["consent"]["date"], status["infusion"]["date"]) == ("2024-01-10", "2024-02-01")
    assert (status["dose_level"], status["therapies"][0]["kind"]) == ("DL1", "targeted")
    assert door.post(filled(answer.content), XLSX).json()["unchanged"] == 12


def test_the_template_of_no_study_is_not_there(door: Door) -> None:
    assert door.get("/studies/nobody/template.xlsx").status_code == 404
