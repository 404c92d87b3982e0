"""Mapping profiles at the door: stored by version, never changed, used by what is sent with their name.

https://www.rfc-editor.org/rfc/rfc9512 (application/yaml); docs/profiles.md
"""

from __future__ import annotations

import io
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy import select, update

from app.interop.mapping.loading import load
from app.interop.mapping.profiles import documents
from app.main import create_app
from app.services.profiles import ProfileChanged
from app.storage.tables import AUDIT, OUTBOX, PROFILE
from tests.journeys.door import STUDY, Door

YAML, JSON, CSV = "application/yaml", "application/json", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PATH = f"/studies/{STUDY}/profiles/labs"
TEXT = """\
profile: labs
title: Laboratory
format: csv
source: lis
dates: [DD.MM.YYYY HH:mm]
decimal: ","
csv: {delimiter: ";"}
forms:
  - form: results
    record: lab
    id: order
    subject: subject
    fields: {test: test, collected: day, value: value, unit: unit}
"""
ROWS = "order;subject;test;day;value;unit;ward\nO-1;A-001;HGB;05.03.2024 09:30;9,7;g/dL;7\n"


def put(door: Door, text: str = TEXT, path: str = PATH, media_type: str = YAML) -> httpx.Response:
    return door.request("PUT", path, content=text, headers={"content-type": media_type})


def send(door: Door, text: str = ROWS, **params: Any) -> httpx.Response:
    return door.post(text.encode(), CSV, site="A", **{"profile": "labs", **params})


@pytest.fixture(autouse=True)
def _study(door: Door) -> None:
    door.put_study(STUDY, "A", "B")


def test_a_version_is_stored_once_and_never_changes(door: Door) -> None:
    numbered = "version: 1\n" + TEXT
    first = put(door, numbered)
    assert (first.status_code, first.json()["profile"], first.json()["version"]) == (201, "labs", 1)
    seq = door.seq()
    assert put(door, "# said again\n" + numbered).status_code == 200
    assert door.seq() == seq
    refused = put(door, numbered.replace("Laboratory", "Results"))
    assert (refused.status_code, refused.json()["issues"][0]["expected"]) == (409, "2 or later")
    assert put(door, numbered.replace("version: 1", "version: 2").replace("Laboratory", "Results")).status_code == 201
    assert door.get(PATH).json()["title"] == "Results"
    assert door.get(f"{PATH}/versions/1").json()["title"] == "Laboratory"


def test_a_profile_without_a_number_gets_the_next_one_where_it_is_new(door: Door) -> None:
    answers = [put(door), put(door), put(door, TEXT.replace("Laboratory", "Results")), put(door)]
    assert [(answer.status_code, answer.json()["version"]) for answer in answers] == [
        (201, 1),
        (200, 1),
        (201, 2),
        (201, 3),
    ]
    assert door.get(f"{PATH}/versions/2").json()["title"] == "Results"


def test_it_is_given_back_as_json_or_as_the_text_that_came(door: Door) -> None:
    put(door)
    assert door.get(PATH).json() == load(TEXT.encode()).value
    answer = door.request("GET", PATH, headers={"accept": YAML})
    assert (answer.headers["content-type"], answer.text) == (YAML, TEXT)
    assert put(door, door.get(PATH).text, media_type=JSON).status_code == 200


def test_it_is_one_studys_and_the_shipped_ones_are_everybodys(door: Door) -> None:
    put(door)
    door.put_study("other", "A")
    shipped = [(name, version, True) for name, version in documents()]
    listed = {
        study: [
            (entry["profile"], entry["version"], entry["shipped"])
            for entry in door.get(f"/studies/{study}/profiles").json()["profiles"]
        ]
        for study in (STUDY, "other")
    }
    assert listed == {STUDY: sorted([*shipped, ("labs", 1, False)]), "other": shipped}
    assert door.get("/studies/other/profiles/labs").status_code == 404
    assert door.get("/studies/nobody/profiles").status_code == 404
    assert door.get("/studies/other/profiles/engraft-template").json()["format"] == "csv"


def test_what_is_no_profile_is_refused_line_by_line(door: Door) -> None:
    answer = put(door, TEXT.replace("test: test", "tset: Geheim4711"))
    assert answer.status_code == 422
    [issue] = answer.json()["issues"]
    assert issue["path"] == "forms[0].fields.tset"
    assert issue["message"] == "line 13, column 14: 'tset' is no field of lab; did you mean 'test'?"
    assert "Geheim4711" not in answer.text
    assert put(door, path=f"/studies/{STUDY}/profiles/other").status_code == 422
    assert put(door, path="/studies/nobody/profiles/labs").status_code == 404
    assert put(door, media_type="text/plain").status_code == 415


def test_a_version_is_a_change_like_any_other(door: Door) -> None:
    before = door.seq()
    put(door)
    with door.services.database.read.connect() as connection:
        row = connection.execute(select(AUDIT).where(AUDIT.c.seq == before + 1)).one()
        told = connection.execute(select(OUTBOX).where(OUTBOX.c.seq == before + 1)).one()
    assert (row.action, row.entity, row.study) == ("profile", "labs/1", STUDY)
    assert (told.topic, told.entity) == ("profile", "labs/1")


def test_a_shipped_profile_cannot_change_behind_its_number(service: Door) -> None:
    service.services.writer.run(
        lambda connection: connection.execute(update(PROFILE).where(PROFILE.c.study == "").values(digest="other"))
    )
    with pytest.raises(ProfileChanged, match="profile 'cibmtr'"):
        create_app(service.services.settings)


def test_a_file_is_read_by_the_profile_that_it_is_sent_with(door: Door) -> None:
    put(door)
    answer = send(door)
    assert (answer.status_code, answer.json()["accepted"]) == (201, 1)
    assert answer.json()["unused"] == [
        {"place": "line 1, column ward", "reason": "no form of the profile reads this column"}
    ]
    [line] = answer.json()["records"]
    assert (line["outcome"], line["id"]) == ("accepted", "O-1")
    again = send(door)
    assert (again.status_code, again.json()["unchanged"]) == (200, 1)


def test_a_refused_row_names_its_place_and_what_was_meant(door: Door) -> None:
    put(door)
    answer = send(door, ROWS + "O-2;A-001;HBG;05.03.2024;9.7;g/dL;7\nO-3;A-001\n")
    assert (answer.status_code, answer.json()["rejected"]) == (201, 2)
    issues = [(issue["path"], issue["place"]) for line in answer.json()["records"] for issue in line.get("issues", [])]
    assert ("records[1].collected", "line 3, column day") in issues
    assert ("records[1].value", "line 3, column value") in issues
    assert ("records[2]", "line 4") in issues
    listed = door.quarantine()
    assert len(listed) == 2
    assert door.get(f"/studies/{STUDY}/quarantine/{listed[0]['id']}").json()["record"].startswith("O-2;A-001")


def test_a_file_that_cannot_be_read_is_kept_as_a_whole(door: Door) -> None:
    put(door)
    answer = send(door, ROWS.replace("order", "ordre"))
    assert (answer.status_code, answer.json()["detail"]) == (400, "the file has no column order")
    assert answer.json()["issues"][0]["suggestion"] == "ordre"
    [item] = door.quarantine()
    assert item["issues"][0]["place"] == "line 1"


def test_the_payload_remembers_the_version_that_read_it(door: Door) -> None:
    put(door)
    assert send(door).json()["accepted"] == 1
    put(door, TEXT.replace('decimal: ","', 'decimal: "."'))
    later = send(door)
    assert later.json()["rejected"] == 1
    assert send(door, profile="labs").json()["receipt"] == later.json()["receipt"]


@pytest.mark.parametrize("profile", ["nobody", "engraft-template-xlsx"])
def test_a_profile_that_is_not_there_or_reads_something_else_is_named_with_those_that_are(
    door: Door, profile: str
) -> None:
    put(door)
    answer = send(door, profile=profile)
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["path"] == "profile"
    assert answer.json()["issues"][0]["expected"] == "cibmtr, engraft-template, labs, redcap-transplant"


def test_without_a_profile_it_is_the_template(door: Door) -> None:
    text = "type,id,subject,term,grade,serious\nadverse_event,AE-1,A-001,Sepsis,4,true\n"
    answer = door.post(text.encode(), CSV, site="A", source="desk")
    assert (answer.status_code, answer.json()["accepted"]) == (201, 1)
    assert answer.json()["records"][0]["id"] == "AE-1"


def test_the_schema_is_there(door: Door) -> None:
    answer = door.get("/profiles/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["title"] == "Mapping profile"


def test_a_workbook_is_read_by_the_template_of_workbooks(door: Door) -> None:
    book = openpyxl.Workbook()
    page = book.create_sheet("adverse_event")
    page.append(["id", "subject", "term", "grade", "serious"])
    page.append(["AE-1", "A-001", "Sepsis", 4, True])
    page.append(["AE-2", "A-001", "Fever", 7, False])
    stream = io.BytesIO()
    book.save(stream)
    answer = door.post(stream.getvalue(), XLSX, site="A", source="desk")
    assert (answer.status_code, answer.json()["accepted"], answer.json()["rejected"]) == (201, 1, 1)
    [issue] = answer.json()["records"][1]["issues"]
    assert (issue["path"], issue["place"]) == ("records[1].grade", "sheet adverse_event, row 3, column grade")


def test_what_is_no_workbook_is_kept_and_named(door: Door) -> None:
    answer = door.post(b"id,subject\n", XLSX, site="A", source="desk")
    assert (answer.status_code, answer.json()["detail"]) == (400, "not a workbook")
    assert len(door.quarantine()) == 1
