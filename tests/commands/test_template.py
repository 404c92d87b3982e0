from __future__ import annotations

from pathlib import Path

import openpyxl
from typer.testing import CliRunner

from app.cli import app


def test_the_template_is_written_with_the_sites_that_are_named(tmp_path: Path) -> None:
    file = tmp_path / "records.xlsx"
    found = CliRunner().invoke(app, ["template", str(file), "--site", "A", "--site", "B"])
    assert (found.exit_code, "records.xlsx" in found.output) == (0, True)
    book = openpyxl.load_workbook(file)
    assert [cell.value for (cell,) in book["lists"]["A1:A2"]] == ["A", "B"]
