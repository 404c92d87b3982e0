"""`engraft profile` at a desk: without a service, nothing stored, every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app

DATA = Path(__file__).parents[1] / "data"
GERMAN, REFUSED = DATA / "csv" / "german-laboratory", DATA / "csv" / "rows-refused"


def run(*arguments: object) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["profile", *map(str, arguments)], env={"COLUMNS": "400"})
    return found.exit_code, found.output


def test_a_good_profile_is_told_with_the_columns_that_it_needs() -> None:
    code, said = run("check", REFUSED / "profile.yaml")
    assert code == 0
    assert "events → adverse_event; needs no, subject, term, onset, grade, rel" in said


def test_a_wrong_profile_is_told_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text((REFUSED / "profile.yaml").read_text(encoding="utf-8").replace("term: term", "trem: term"))
    code, said = run("check", file)
    assert code == 1
    assert f"{file}:12:7: forms[0].fields.trem: 'trem' is no field of adverse_event; did you mean 'term'?" in said


def test_a_file_is_tried_without_a_service() -> None:
    code, said = run("test", REFUSED / "profile.yaml", REFUSED / "input.csv", "--site", "A")
    assert code == 1
    assert "line 3, column onset: records[1].onset: there is no such date" in said
    assert "line 6, column rel: records[4].relatedness" in said
    assert "did you mean possible?" in said
    assert "1 records would be checked further by the service, 6 refused, 0 things left alone" in said


def test_times_are_of_the_zone_that_is_named() -> None:
    _, said = run("test", GERMAN / "profile.yaml", GERMAN / "input.csv", "--zone", "Asia/Tokyo")
    assert "2024-03-05T09:30:00+09:00" in said


def test_a_workbook_is_tried_by_a_profile_that_comes_with_the_service() -> None:
    book = DATA / "xlsx" / "template-workbook" / "input.xlsx"
    code, said = run("test", "engraft-template-xlsx", book, "--source", "desk")
    assert (code, "sheet notes: no form of the profile reads this sheet" in said) == (1, True)


@pytest.mark.parametrize("profile", ["engraft-template", "nobody"])
def test_a_file_that_does_not_fit_and_a_profile_that_is_not_there_are_told(profile: str) -> None:
    code, said = run("test", profile, REFUSED / "input.csv")
    assert code == 1
    assert ("the file has no column type" if profile == "engraft-template" else "there is no file nobody") in said


def test_the_schema_is_current() -> None:
    assert run("schema", "--check")[0] == 0


def test_a_proposed_profile_passes_the_check_and_reads_its_file(tmp_path: Path) -> None:
    code, text = run("infer", GERMAN / "input.csv", "--name", "lab")
    assert code == 0
    file = tmp_path / "lab.yaml"
    file.write_text(text, encoding="utf-8")
    assert run("check", file)[0] == 0
    assert "records would be checked further" in run("test", file, GERMAN / "input.csv")[1]


def test_a_file_of_which_nothing_is_recognised_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("Erika Beispiel,1961\n", encoding="utf-8")
    code, said = run("infer", file)
    assert code == 1
    assert "no table of the file was recognised as records of a subject" in said
    assert "Erika" not in said
