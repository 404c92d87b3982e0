"""Tables as loads: whatever the pieces, the records, places and refusals of the whole file.

docs/loading.md
"""

import pytest

from tests.journeys.door import STUDY
from tests.services.loads.workers import BrokenOff, Loads

CSV = "text/csv"
HEADER = "type;site;source;id;subject;term;grade;mrn\n"
ROWS = (
    "subject;A;ehr;S1;A-1;;;4711\n"
    'adverse_event;A;ehr;AE1;A-1;"Sepsis;\nsevere";4;\n'
    "adverse_event;A;ehr;AE2;A-1;Fever;7;\n"
    "adverse_event;A;ehr;AE3;A-1;Müdigkeit;1;\n"
)
PROFILE = """
profile: night
title: Events of a night
format: csv
site: A
source: cdms
csv: {delimiter: ";", encoding: windows-1252}
subject: subject
forms:
  - form: adverse events
    record: adverse_event
    group: [id]
    id: id
    fields: {term: term, "grade_history[].date": day, "grade_history[].grade": grade, grade: worst}
"""


def put_profile(loads: Loads, text: str = PROFILE) -> None:
    headers = {"content-type": "application/yaml"}
    answer = loads.door.request("PUT", f"/studies/{STUDY}/profiles/night", content=text.encode(), headers=headers)
    assert answer.status_code in (200, 201), answer.text


def test_a_table_by_the_template(loads: Loads) -> None:
    body = (HEADER + ROWS).replace(";", ",").replace('"Sepsis,', '"Sepsis;').encode()
    location = loads.begun(body, CSV)
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["profile"], state["version"]) == ("completed", "engraft-template", 1)
    assert (state["accepted"], state["rejected"]) == (3, 1)
    [refused] = loads.refused(location)
    assert refused["issues"][0]["place"] == "line 5, column grade"
    assert [row[1] for row in loads.versions()] == [
        "subject/A/ehr/S1",
        "adverse_event/A/ehr/AE1",
        "adverse_event/A/ehr/AE3",
    ]
    assert loads.door.quarantine()[0]["issues"][0]["place"] == "line 5, column grade"


def test_what_nobody_reads_is_told_once(loads: Loads) -> None:
    body = "type,site,source,id,subject,term,note\n" + "".join(
        f"adverse_event,A,ehr,AE{number},A-1,Fever,x\n" for number in range(6)
    )
    location = loads.begun(body.encode(), CSV)
    loads.work()
    assert (loads.state(location)["accepted"], loads.state(location)["unused"]) == (6, 1)


@pytest.mark.parametrize("piece", [1, 2])
def test_rows_of_one_record_in_whatever_piece_it_breaks_off(loads: Loads, piece: int) -> None:
    put_profile(loads)
    rows = [
        "1;A-1;Sepsis;2024-03-01;2;3",
        "1;A-1;;2024-03-02;3;",
        "1;A-1;;2024-03-03;1;",
        "2;A-1;Fieber;2024-03-01;1;1",
    ]
    body = "id;subject;term;day;grade;worst\n" + "".join(f"{row}\n" for row in [*rows, "3;A-1;Müdigkeit;;;1"])
    location = loads.begun(body.encode("windows-1252"), CSV, profile="night")
    with pytest.MonkeyPatch.context() as patch:
        BrokenOff(patch, piece, lambda: 1 // 0)
        loads.work()
    loads.door.clock.move(seconds=31)
    loads.work()
    assert (loads.state(location)["state"], loads.state(location)["accepted"]) == ("completed", 3)
    assert [row[1:] for row in loads.versions()] == [(f"adverse_event/A/cdms/{number}", 1) for number in (1, 2, 3)]


def test_the_profile_as_it_was_when_the_file_came(loads: Loads) -> None:
    put_profile(loads)
    body = b"id;subject;term;day;grade;worst\n1;A-1;Fever;;;1\n"
    location = loads.begun(body, CSV, profile="night")
    put_profile(loads, PROFILE.replace("source: cdms", "source: other"))
    loads.work()
    assert [row[1] for row in loads.versions()] == ["adverse_event/A/cdms/1"]
    assert loads.begun(body, CSV, profile="night") != location
    loads.work()
    assert [row[1] for row in loads.versions()] == ["adverse_event/A/cdms/1", "adverse_event/A/other/1"]


@pytest.mark.parametrize(("profile", "expected"), [("none", 400), ("night", 202)])
def test_an_unknown_profile_is_refused_before_the_file_is_read(loads: Loads, profile: str, expected: int) -> None:
    put_profile(loads)
    assert loads.post(b"id;subject;term;day;grade;worst\n", CSV, profile=profile).status_code == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"a,b\n1,2\n", "required"),
        ("id;subject;term;day;grade;worst\n1;A-1;Fever;;;1\n".encode("utf-16"), "not-supported"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why(loads: Loads, body: bytes, code: str) -> None:
    put_profile(loads)
    location = loads.begun(body, CSV, profile="night")
    loads.work()
    state = loads.state(location)
    assert (state["state"], state["issues"][0]["code"]) == ("failed", code)
    assert loads.versions() == []
