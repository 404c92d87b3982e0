"""`engraft terminology`: what an operator types, and what the service tells of it over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from tests.journeys.door import open_door

ROWS = "code,display\n901,Glass fever\n902,Paper cough\n"


def run(data: Path, *words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["terminology", *words, "--data", str(data)])
    return found.exit_code, found.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "events.csv"
    found.write_text(ROWS, encoding="utf-8")
    return found


def test_load_list_and_show(tmp_path: Path, file: Path) -> None:
    data, named = tmp_path / "data", ("--table", "events", "--system", "urn:invented", "--version", "1")
    code, said = run(data, "load", str(file), *named)
    assert (code, "events 1: 2 entries of urn:invented; loaded" in said) == (0, True)
    code, said = run(data, "load", str(file), *named)
    assert (code, "nothing changed" in said) == (0, True)
    assert "urn:invented" in run(data, "list")[1]
    assert "2 entries" in run(data, "show", "events")[1]
    assert "902 Paper cough" in run(data, "show", "events", "--term", "paper-cough")[1]
    assert "901 Glass fever" in run(data, "show", "events", "--code", "901")[1]
    assert run(data, "show", "events", "--term", "paper")[0] == 1
    assert run(data, "show", "nothing")[0] == 1


def test_the_service_tells_names_and_counts_but_no_term(tmp_path: Path, file: Path) -> None:
    run(tmp_path / "data", "load", str(file), "--table", "events", "--system", "urn:invented", "--version", "1")
    with open_door(tmp_path / "data") as door:
        answer = door.get("/terminology")
    [table] = answer.json()["tables"]
    assert (table["name"], table["version"], table["entries"]) == ("events", "1", 2)
    assert "fever" not in answer.text and "901" not in answer.text.replace(table["digest"], "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--delimiter", ";;"], "a delimiter is one character"),
        (["--target-column", "display"], "--target-column and --target-system go together"),
        (["--encoding", "klingon"], "an encoding is one that Python knows"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_read(
    tmp_path: Path, file: Path, words: list[str], message: str
) -> None:
    named = ["--table", "events", "--system", "urn:invented", "--version", "1"]
    code, said = run(tmp_path / "data", "load", str(file), *named, *words)
    assert (code, message in said) == (2, True)


def test_a_faulty_file_ends_with_its_line(tmp_path: Path, file: Path) -> None:
    file.write_text("code,display\n1,a\n1,b\n", encoding="utf-8")
    code, said = run(
        tmp_path / "data", "load", str(file), "--table", "events", "--system", "urn:invented", "--version", "1"
    )
    assert (code, "line 3: its code stands there twice" in said) == (1, True)


def test_an_event_is_asked_about_where_its_term_is_no_entry(tmp_path: Path, file: Path) -> None:
    """901 and 902 are invented codes under the address of MedDRA; no term of it is in this repository."""
    run(tmp_path / "data", "load", str(file), "--table", "events", "--system", "MDR", "--version", "1")
    with open_door(tmp_path / "data") as door:
        events = {
            "1": {"term": "glass-FEVER"},
            "2": {"term": "Glass"},
            "3": {"term": "Glass", "code": {"system": "http://www.meddra.org", "code": "902"}},
            "4": {"term": "Glass", "code": {"system": "http://www.meddra.org", "code": "903"}},
        }
        door.send({"type": "subject", "site": "A", "source": "ehr", "id": "S", "subject": "A-001"})
        for name, fields in events.items():
            door.send({"type": "adverse_event", "site": "A", "source": "ehr", "id": name, "subject": "A-001", **fields})
        found = door.get("/studies/gdt-relapse/queries").json()["queries"]
    asked = {query["rule"]: query for query in found if "code table" in query["text"]}
    assert {rule: query["records"] for rule, query in asked.items()} == {
        "term-not-coded": ["adverse_event/A/ehr/2"],
        "code-not-known": ["adverse_event/A/ehr/4"],
    }
    assert asked["term-not-coded"]["text"].count("events 1") == 1
