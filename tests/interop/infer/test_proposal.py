"""Profiles proposed from invented files: what they say, and that they read the file they were made from.

docs/profiles/infer.md
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.domain.errors import Fault
from app.interop.infer.fields import ORDER
from app.interop.infer.proposal import propose
from app.interop.mapping.loading import load
from app.interop.mapping.scope import Where
from app.interop.reading import Item
from app.interop.tabular.csv import read_csv
from app.interop.tabular.xlsx import read_xlsx
from app.services.intake.prepare import Refused, prepare

AT_A = Where("A", "file", {"A": None})
REDCAP = Path(__file__).parents[2] / "data" / "csv" / "redcap-raw" / "input.csv"
GERMAN = """\
Lfd. Nr.;Pseudonym;Unerwünschtes Ereignis;Beginn;CTCAE-Grad;Schwerwiegend;Kausalität;Bearbeiter
1;A-001;Neutropenie;05.03.2024;4;ja;möglich;Frau Beispiel
2;A-001;Sepsis;13.03.2024;3;nein;fraglich;Herr Muster
3;A-002;Übelkeit;01.04.2024;1;unbekannt;kein Zusammenhang;Frau Beispiel
"""
PANEL = """\
Patienten-Nr;Datum;Hb [g/dL];Thrombozyten;Leukozyten [10^9/L];GPT [U/L];Kreatinin [mg/dL]
700123;13.04.2024;9,8;35;1,2;35;0,9
700124;05.04.2024;10,2;40;k.A.;<10;1,1
"""


def document(text: str) -> dict[str, Any]:
    return load(text.encode()).value


def read(text: str, body: bytes) -> list[Item]:
    found = load(text.encode()).profile
    rows = read_csv(io.BytesIO(body), found, AT_A) if found.format == "csv" else read_xlsx(body, found, AT_A)
    return [one for one in rows if isinstance(one, Item)]


def refused(items: list[Item]) -> list[str]:
    found = [one for one in map(prepare, items) if isinstance(one, Refused)]
    return [f"{issue.place}: {issue.path}" for one in found for issue in one.issues]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_a_german_table_of_adverse_events(encoding: str) -> None:
    body = GERMAN.encode(encoding)
    text = propose(body, "ae")
    found = document(text)
    assert found["csv"] == {"delimiter": ";", "encoding": encoding.removesuffix("-sig")}
    assert (found["dates"], found["missing"]) == (["DD.MM.YYYY"], ["unbekannt"])
    [form] = found["forms"]
    assert (form["record"], form["id"], form["subject"]) == ("adverse_event", "Lfd. Nr.", "Pseudonym")
    assert form["fields"] == {
        "term": "Unerwünschtes Ereignis",
        "onset": "Beginn",
        "grade": "CTCAE-Grad",
        "serious": {"column": "Schwerwiegend", "map": {"ja": True, "nein": False}},
        "relatedness": {"column": "Kausalität", "map": {"möglich": "possible", "kein Zusammenhang": "unrelated"}},
    }
    items = read(text, body)
    assert [item.raw.get("serious") for item in items] == [True, False, None]
    assert refused(items) == ["line 3, column Kausalität: records[1].relatedness"]


def test_a_word_that_is_not_known_is_a_comment_and_no_person_is_named() -> None:
    text = propose(GERMAN.encode(), "ae")
    assert "# not known, so that its rows are refused: fraglich" in text
    assert "# Columns that were not recognised: Bearbeiter" in text
    for value in ("Beispiel", "Muster", "A-001", "Sepsis", "2024"):
        assert value not in text


def test_a_wide_panel_of_laboratory_results() -> None:
    body = PANEL.encode()
    text = propose(body, "labs")
    found = document(text)
    [form] = found["forms"]
    assert (found["decimal"], found["dates"]) == (",", ["DD.MM.YYYY"])
    assert form["id"] == {"digest": ["Patienten-Nr", "Datum"]}
    assert form["patient"] == {"number": "Patienten-Nr"}
    assert form["spread"]["HGB"] == {"test": {"const": "HGB"}, "value": "Hb [g/dL]", "unit": {"const": "g/dL"}}
    assert [*form["spread"]] == ["HGB", "PLT", "WBC", "ALT", "CREA"]
    assert "unit" not in form["spread"]["PLT"]
    assert "# its unit could not be told" in text
    items = read(text, body)
    assert (len(items), refused(items)) == (9, [])
    assert "700123" not in text


def test_day_and_month_are_never_guessed() -> None:
    body = b"subject_id,test,collected,result,units\nA-001,ANC,03/04/2024,1.5,10*9/L\nA-001,NA,05/06/2024,140,mmol/L\n"
    text = propose(body, "labs")
    assert "dates" not in document(text)
    assert text.count(ORDER) == 2
    assert refused(read(text, body)) == [
        "line 2, column collected: records[0].collected",
        "line 3, column collected: records[1].collected",
    ]
    told = body.replace(b"05/06", b"05/26")
    assert document(propose(told, "labs"))["dates"] == ["MM/DD/YYYY"]
    assert refused(read(propose(told, "labs"), told)) == []


def test_marks_of_numbers_that_could_mean_two_things_are_said() -> None:
    rows = b"subject_id;test;collected;result\nA-001;PLT;2024-03-05;1,234\n"
    assert "whether , or . marks decimals could not be told" in propose(rows, "labs")
    proved = document(propose(rows + b"A-001;PLT;2024-03-06;1.234,5\n", "labs"))
    assert (proved["decimal"], proved["thousands"]) == (",", ".")


def test_an_export_of_redcap_has_a_form_for_each_instrument() -> None:
    body = REDCAP.read_bytes()
    text = propose(body, "redcap")
    forms = {form["record"]: form for form in document(text)["forms"]}
    assert {"subject", "adverse_event", "gvhd", "disease_assessment", "lab", "transplant"} <= set(forms)
    event = forms["adverse_event"]
    assert event["when"] == [{"column": "redcap_repeat_instrument", "is": ["adverse_event"]}]
    assert event["id"] == ["record_id", "redcap_event_name", "redcap_repeat_instance"]
    assert (event["subject"], event["fields"]["onset"]) == ("record_id", "ae_onset")
    assert read(text, body)
    for value in ("700123", "Erika", "Example", "A-001"):
        assert value not in text


def test_a_workbook_has_a_form_for_each_sheet() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Nebenwirkungen"
    for row in (["Studiennummer", "AE ID", "Ereignis", "Grad"], ["A-001", "1", "Sepsis", 4]):
        book.active.append(row)
    sheet = book.create_sheet("Tod")
    for row in (["Studiennummer", "Todesdatum", "Todesursache"], ["A-001", "2024-05-01", "Infektion"]):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    text = propose(target.getvalue(), "book")
    forms = document(text)["forms"]
    assert [(form["sheet"], form["record"]) for form in forms] == [
        ("Nebenwirkungen", "adverse_event"),
        ("Tod", "death"),
    ]
    items = read(text, target.getvalue())
    assert refused(items) == []
    assert items[1].raw["cause"] == "infection"


def test_many_words_are_never_listed() -> None:
    rows = "".join(f"{number};A-001;Sepsis;wort{'abcdefghijklmnopqrst'[number]}\n" for number in range(20))
    text = propose(f"id;subject;term;relatedness\n{rows}".encode(), "ae")
    assert "wort" not in text
    assert "words that are not known, or more than 15: add them to the map" in text


@pytest.mark.parametrize(
    "body", [b"", b"\n\n", b"a;b\n1;2\n", b"Erika Beispiel,1961-05-02\n", b"\xff\xfe\x00", b"PK\x03\x04x"]
)
def test_what_is_no_table_of_records_is_refused_without_its_values(body: bytes) -> None:
    with pytest.raises(Fault) as error:
        propose(body, "x")
    assert "Erika" not in str([issue.as_json() for issue in error.value.issues])
