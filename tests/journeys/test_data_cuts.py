"""A data cut gives the same bytes whatever came in since (decision 0003, docs/cuts.md)."""

from pathlib import Path
from typing import Any

import pytest

from app.endpoints.definitions import documents, newest
from app.endpoints.document import write_document
from app.interop.jsontext import dump
from app.services.asking import Axes
from app.services.status.status import status
from tests.journeys.door import STUDY, Door, open_door, record, subject

CUTS = f"/studies/{STUDY}/cuts"
CUTOFF = "2024-04-10"
ENDPOINTS = ["OS", "DFS", "DOR", "CIR_NRM", "GRFS", "DLT", "SAE"]
QUESTIONS = [
    *(f"endpoints/{name}/subjects" for name in ENDPOINTS),
    *(f"endpoints/{name}" for name in ENDPOINTS),
    "endpoints/OS?group_by=site&curve=true",
    "endpoints/DFS/subjects?analysis=hypothetical",
]
LAB = {"test": "ANC", "collected": "2024-03-10", "unit": "10*9/L"}
SITES = [{"id": "A", "time_zone": "Europe/Berlin"}]
BEFORE = [
    subject("A-001", version=1, sex="female"),
    subject("A-002", version=1),
    record("infusion", "I1", version=1, start="2024-03-01", dose_level="1"),
    record("infusion", "I2", "A-002", version=1, start="2024-03-02T23:30:00Z"),
    record("disease_assessment", "DA1", version=1, date="2024-02-28", response="CR"),
    record("disease_assessment", "DA2", version=1, date="2024-04-01", response="CR"),
    record("adverse_event", "AE1", term="Sepsis", version=1, onset="2024-03-05", grade=4, serious=True),
    record("death", "X2", "A-002", version=1, date="2024-04"),
    record("lab", "L1", version=1, value=0.4, **LAB),
]
# What comes in afterwards, and must not matter: corrections, late data of before and after the cut-off, new subjects.
AFTER = [
    record("infusion", "I1", version=2, start="2024-03-03", dose_level="2"),
    record("adverse_event", "AE1", term="Sepsis", version=2, onset="2024-03-05", grade=2, serious=False),
    record("death", "X2", "A-002", version=2, status="entered-in-error"),
    record("lab", "L1", version=2, value=4, **LAB),
    record("disease_assessment", "DA3", version=1, date="2024-03-20", response="relapse", relapse_sites=["marrow"]),
    record("death", "X1", version=1, date="2024-05-01", cause="relapse"),
    subject("A-003", version=1),
    record("infusion", "I3", "A-003", version=1, start="2024-03-03"),
]


def put_cut(door: Door, name: str, **body: Any) -> Any:
    return door.request("PUT", f"{CUTS}/{name}", json=body)


def put_study(door: Door, **fields: Any) -> None:
    body = {"definition": STUDY, "sites": SITES, **fields}
    assert door.request("PUT", f"/studies/{STUDY}", json=body).status_code == 200


def answers(door: Door, **params: object) -> list[bytes]:
    found = []
    for question in QUESTIONS:
        given = "&".join(f"{name}={value}" for name, value in params.items())
        answer = door.get(f"/studies/{STUDY}/{question}{'&' if '?' in question else '?'}{given}")
        assert answer.status_code == 200, answer.text
        found.append(answer.content)
    return found


@pytest.fixture
def trial(door: Door) -> Door:
    put_study(door)
    door.send(*BEFORE)
    return door


def changed_definition() -> str:
    """The next version of the shipped definition: another window, so that other answers come out."""
    definition = newest(STUDY)
    value = documents()[definition.id, definition.version][1].value
    return write_document({**value, "version": definition.version + 1, "window_days": 2})


def change_everything(door: Door) -> None:
    for item in AFTER:
        assert door.send(item).status_code == 201
    headers = {"content-type": "application/yaml"}
    stored = door.request("PUT", f"/definitions/{STUDY}", content=changed_definition(), headers=headers)
    assert stored.status_code == 201
    version = stored.json()["version"]
    put_study(door, title="Renamed", definition_version=version, sites=[*SITES, {"id": "B", "time_zone": "Asia/Tokyo"}])


def test_a_cut_gives_the_same_bytes_whatever_came_in_since(trial: Door) -> None:
    assert put_cut(trial, "interim", cutoff=CUTOFF).status_code == 201
    cut = trial.get(f"{CUTS}/interim").content
    digest = trial.get(f"{CUTS}/interim/digest").content
    before = answers(trial, cut="interim")
    trial.clock.move(days=40)
    change_everything(trial)
    assert not set(before) & set(answers(trial, cutoff=CUTOFF))
    assert answers(trial, cut="interim") == before
    assert trial.get(f"{CUTS}/interim").content == cut
    assert trial.get(f"{CUTS}/interim/digest").content == digest


def test_a_cut_is_what_its_parts_say(trial: Door) -> None:
    """By number, by time and by name the same answers; only the name stands in the header besides."""
    put_cut(trial, "interim", cutoff=CUTOFF)
    as_of = trial.get(f"{CUTS}/interim").json()["as_of"]
    change_everything(trial)
    version = newest(STUDY).version
    by_name = [answer.replace(b'"cut":"interim"', b'"cut":null') for answer in answers(trial, cut="interim")]
    for moment in (as_of["seq"], as_of["time"]):
        assert answers(trial, cutoff=CUTOFF, as_of=moment, definition_version=version) == by_name


def statuses(door: Door, cut: str | None) -> list[bytes]:
    """Where the patients stood, as the service says it."""
    with door.services.database.read.connect() as connection:
        cutoff = None if cut else CUTOFF
        return [dump(status(connection, STUDY, number, Axes(cutoff, None, cut))) for number in ("A-001", "A-002")]


def test_a_patient_stands_at_a_cut_where_they_stood(trial: Door) -> None:
    put_cut(trial, "interim", cutoff=CUTOFF)
    grades = f"/studies/{STUDY}/subjects/A-001/grades"
    before, graded = statuses(trial, "interim"), trial.get(grades, cut="interim").json()
    change_everything(trial)
    assert not set(before) & set(statuses(trial, None))
    assert statuses(trial, "interim") == before
    assert trial.get(grades, cut="interim").json() == graded
    assert trial.get(grades).json()["grades"] != graded["grades"]
    assert (graded["cut"], graded["cutoff"]) == ("interim", CUTOFF)


def test_the_header_names_the_cut_and_what_it_froze(trial: Door) -> None:
    seq = trial.seq()
    put_cut(trial, "interim", cutoff=CUTOFF)
    change_everything(trial)
    header = trial.rows("OS", cut="interim")
    assert (header["cut"], header["cutoff"], header["as_of"]["seq"]) == ("interim", CUTOFF, seq)
    assert header["definition_version"] == newest(STUDY).version
    assert trial.rows("OS")["cut"] is None


def test_a_cut_of_the_past_is_the_past(trial: Door) -> None:
    """Made after everything changed, of the moment before."""
    seq, before = trial.seq(), answers(trial, cutoff=CUTOFF)
    change_everything(trial)
    version = newest(STUDY).version
    assert put_cut(trial, "late", cutoff=CUTOFF, as_of=seq, definition_version=version).status_code == 201
    late = [answer.replace(b'"cut":"late"', b'"cut":null') for answer in answers(trial, cut="late")]
    assert late == before


def test_digests_tell_different_results_apart(trial: Door) -> None:
    put_cut(trial, "one", cutoff=CUTOFF)
    put_cut(trial, "two", cutoff="2024-03-15")
    one, two = (trial.get(f"{CUTS}/{name}/digest").json() for name in ("one", "two"))
    assert set(one["endpoints"]) == set(newest(STUDY).endpoints)
    assert one["endpoints"]["DFS"] != two["endpoints"]["DFS"]
    assert one["sha256"] != two["sha256"]
    assert all(len(found) == 64 for found in (one["sha256"], *one["endpoints"].values()))


def test_sites_that_have_sent_records_keep_their_days(service: Door) -> None:
    """Undeclared sites send dates that count as written; a time zone given later would move them."""
    service.send(subject(), record("infusion", "I1", start="2024-03-01T23:30:00Z"))
    body = {"definition": STUDY, "sites": SITES}
    refused = service.request("PUT", f"/studies/{STUDY}", json=body)
    assert (refused.status_code, refused.json()["issues"][0]["path"]) == (409, "sites")
    declared = [{"id": "A", "time_zone": None}, {"id": "B", "time_zone": "Europe/Berlin"}]
    put_study(service, sites=declared)
    assert service.rows("OS")["rows"][0]["start_date"] == "2024-03-01"
    assert service.status("A-001")["infusion"]["date"] == "2024-03-01"
    service.send(record("lab", "L1", test="ANC", collected="2024-03-02", value=1, unit="10*9/L"))
    refused = service.receipt(subject("C-1", site="C"))["records"][0]
    assert refused["issues"][0]["path"] == "records[0].site"
    assert service.rebuilt().different == 0


def test_cuts_outlive_the_service(tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        door.send(*BEFORE)
        put_cut(door, "interim", cutoff=CUTOFF)
        before = answers(door, cut="interim")
    with open_door(tmp_path) as door:
        assert answers(door, cut="interim") == before
