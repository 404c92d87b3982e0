"""`ViewDefinition/$run` and the shipped views, through the FHIR door. Rows: by hand from the records sent.

https://sql-on-fhir.org/ig/operations-run.html
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as arrow
import pyarrow.parquet
import pytest

from app.interop.viewdefinition.parameters import asked
from app.services.views import rows, table
from app.storage.visibility import EVERYTHING, Caller
from tests.api.view_door import FhirDoor
from tests.journeys.door import STUDY, Door, open_door, record, subject

STORY = [
    subject("A-001", sex="female", birth_date="1980-05-17", consent_date="2024-02-01"),
    subject("A-002", sex="male", birth_date="1975-01-01", consent_date="2024-02-02"),
    record("infusion", "I1", start="2024-03-01", outcome="completed", dose={"value": 7, "unit": "10*6/kg"}),
    record("disease_assessment", "DA0", date="2024-02-27", response="CR", marrow_blasts_pct=3),
    record("adverse_event", "AE1", term="Febrile neutropenia", onset="2024-03-10", grade=3, serious=True),
    record("lab", "L1", test="anc", collected="2024-03-10", value=77, unit="10*9/L"),
    record("lab", "L2", "A-002", test="anc", collected="2024-03-11", value=2, unit="10*9/L"),
    record("lab", "L3", test="anc", collected="2024-03-12", value=5, unit="10*9/L", status="entered-in-error"),
    record("gvhd", "G1", kind="acute", grade="II", onset="2024-04-01", stages={"skin": 3}),
    record("death", "D1", "A-002", date="2024-06", cause="infection"),
]
LAB_DAYS = {
    "resourceType": "ViewDefinition",
    "resource": "Observation",
    "where": [{"path": "category.coding.code = 'laboratory' and code.text.exists()"}],
    "select": [{"column": [{"name": "day", "path": "effective.ofType(dateTime)", "type": "dateTime"}]}],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with open_door(tmp_path_factory.mktemp("views")) as door:
        door.put_study(STUDY, "A")
        # One value has a digit that a binary number would lose.
        answer = door.post(json.dumps(STORY).replace('"value": 77', '"value": 0.10').encode())
        assert answer.json()["accepted"] == len(STORY), answer.text
        yield door


@pytest.fixture(scope="module")
def fhir(told: Door) -> Iterator[FhirDoor]:
    door = FhirDoor(told)
    yield door
    door.close()


def parameters(**named: Any) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": name, **value} for name, value in named.items()]}


def refused(answer: httpx.Response) -> tuple[int, str | None]:
    """Status, and the place or parameter that the OperationOutcome names."""
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    return answer.status_code, outcome["issue"][0].get("expression", [None])[0]


def test_the_shipped_views_tell_the_story(fhir: FhirDoor) -> None:
    subjects = {row["subject"]: row for row in fhir.rows("subjects")}
    assert {name: row["consent_date"] for name, row in subjects.items()} == {
        "A-001": "2024-02-01",
        "A-002": "2024-02-02",
    }
    first, second = (subjects[name]["patient_key"] for name in ("A-001", "A-002"))
    people = {row["patient_key"]: (row["sex"], row["birth_year"], row["death_date"]) for row in fhir.rows("patients")}
    assert people == {first: ("female", "1980", None), second: ("male", "1975", "2024-06")}
    assert shown(fhir.rows("infusions"), "patient_key", "dose", "dose_unit") == [(first, 7, "10*6/kg")]
    assert shown(fhir.rows("disease-assessments"), "patient_key", "date", "response_code") == [
        (first, "2024-02-27", "C4870")
    ]
    assert shown(fhir.rows("disease-findings"), "patient_key", "value", "value_unit") == [(first, 3, "%")]
    assert shown(fhir.rows("labs"), "patient_key", "date", "test") == [
        (first, "2024-03-10", "Neutrophils"),
        (second, "2024-03-11", "Neutrophils"),
    ]
    assert shown(fhir.rows("gvhd"), "patient_key", "kind_code", "onset") == [(first, "C4980", "2024-04-01")]
    assert shown(fhir.rows("gvhd-grades"), "grade_code", "organ_code", "stage") == [
        ("gvhd-grade-II", "gvhd-organ-skin", 3)
    ]
    assert shown(fhir.rows("deaths"), "patient_key", "date", "cause_of_death_code") == [
        (second, "2024-06", "death-cause-infection")
    ]
    assert shown(fhir.rows("vital-status"), "vital_status_code") == [("419620001",)]


def test_an_adverse_event_leads_to_its_subject(fhir: FhirDoor) -> None:
    event = fhir.rows("adverse-events")[0]
    subjects = {row["subject_key"]: row["subject"] for row in fhir.rows("subjects")}
    assert subjects[event["subject_key"]] == "A-001"
    assert (event["term"], event["onset"], event["grade_code"], event["seriousness"]) == (
        *("Febrile neutropenia", "2024-03-10"),
        # Grade 3 in NCIt.
        "C41340",
        "serious",
    )


def shown(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_the_shipped_views_can_be_read_and_searched(fhir: FhirDoor) -> None:
    bundle = fhir.get("/ViewDefinition").json()
    names = [entry["resource"]["id"] for entry in bundle["entry"]]
    asked_for = {"subjects", "infusions", "adverse-events", "disease-assessments", "labs", "gvhd", "deaths"}
    assert asked_for <= set(names) and bundle["total"] == len(names)
    assert fhir.get("/ViewDefinition/labs").json()["resource"] == "Observation"
    assert refused(fhir.get("/ViewDefinition/nothing"))[0] == 404
    assert refused(fhir.get("/ViewDefinition/nothing/$run"))[0] == 404


def test_numbers_keep_their_digits_in_every_text_format(fhir: FhirDoor) -> None:
    for format_, expected in (("json", b'"value":0.10,'), ("ndjson", b'"value":0.10,'), ("csv", b",0.10,")):
        assert expected in fhir.get("/ViewDefinition/labs/$run", _format=format_).content


def test_formats_by_name_by_media_type_and_by_accept(fhir: FhirDoor) -> None:
    path = "/ViewDefinition/subjects/$run"
    read = list(csv.DictReader(io.StringIO(fhir.get(path, _format="text/csv").text)))
    assert {row["subject"] for row in read} == {"A-001", "A-002"}
    assert fhir.get(path, _format="csv").headers["content-type"] == "text/csv; charset=utf-8"
    assert not fhir.get(path, _format="csv", header="false").text.startswith("subject_key")
    lines = fhir.post(path, b"").content.splitlines()
    assert {json.loads(line)["subject"] for line in lines} == {"A-001", "A-002"}
    assert fhir.post(path, b"", headers={"accept": "text/csv"}).text.startswith("subject_key,")
    assert refused(fhir.post(path, b"", headers={"accept": "text/html"}))[0] == 406
    file = pyarrow.parquet.read_table(arrow.BufferReader(fhir.get(path, _format="parquet").content))
    assert set(file.column("subject").to_pylist()) == {"A-001", "A-002"}


def test_parquet_without_its_package_is_refused_in_words(fhir: FhirDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = fhir.get("/ViewDefinition/subjects/$run", _format="parquet")
    assert answer.status_code == 406 and "pyarrow" in answer.text


def test_a_view_runs_from_the_body_as_it_is_or_in_parameters(fhir: FhirDoor) -> None:
    expected = [{"day": "2024-03-10"}, {"day": "2024-03-11"}, {"day": "2024-03-12"}]
    assert fhir.post("/ViewDefinition/$run", LAB_DAYS, _format="json").json() == expected
    body = parameters(viewResource={"resource": LAB_DAYS}, _format={"valueCode": "json"}, _limit={"valueInteger": 2})
    assert fhir.post("/ViewDefinition/$run", body).json() == expected[:2]
    for reference in ("ViewDefinition/labs", "https://engraft.example.org/fhir/ViewDefinition/labs"):
        body = parameters(viewReference={"valueReference": {"reference": reference}}, _format={"valueCode": "json"})
        assert len(fhir.post("/ViewDefinition/$run", body).json()) == 2
    assert len(fhir.get("/ViewDefinition/$run", viewReference="ViewDefinition/labs", _format="json").json()) == 2


def test_a_view_runs_over_the_resources_of_the_request(fhir: FhirDoor) -> None:
    given = {"resourceType": "Observation", "effectiveDateTime": "1999", "code": {"text": "x"}}
    given["category"] = [{"coding": [{"code": "laboratory"}]}]
    body = parameters(viewResource={"resource": LAB_DAYS}, resource={"resource": given}, _format={"valueCode": "json"})
    assert fhir.post("/ViewDefinition/$run", body).json() == [{"day": "1999"}]
    assert refused(fhir.post("/ViewDefinition/$run", body, patient="p")) == (400, "resource")


def test_one_patient(fhir: FhirDoor) -> None:
    key = next(row["patient_key"] for row in fhir.rows("subjects") if row["subject"] == "A-002")
    for reference in (key, f"Patient/{key}"):
        assert shown(fhir.rows("labs", patient=reference), "patient_key", "date") == [(key, "2024-03-11")]
    assert shown(fhir.rows("patients", patient=key), "patient_key") == [(key,)]
    assert fhir.rows("labs", patient="unknown") == []


def test_a_caller_sees_the_studies_that_may_be_seen(told: Door) -> None:
    question = asked(LAB_DAYS, [])
    seen = {
        study: sum(map(len, rows(told.services.database.read, table(question), question, Caller(frozenset({study})))))
        for study in (STUDY, "another")
    }
    assert seen == {STUDY: 3, "another": 0}


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("/ViewDefinition/labs/$run", {"_limit": "-1"}, (400, "_limit")),
        ("/ViewDefinition/labs/$run", {"_limit": ""}, (400, "_limit")),
        ("/ViewDefinition/labs/$run", {"header": "maybe"}, (400, "header")),
        ("/ViewDefinition/labs/$run", {"_since": "2024-03-01"}, (400, "_since")),
        ("/ViewDefinition/labs/$run", {"_format": "xlsx"}, (400, "_format")),
        ("/ViewDefinition/labs/$run", {"patient": "Group/1"}, (400, "patient")),
        ("/ViewDefinition/labs/$run", {"group": "1"}, (400, None)),
        ("/ViewDefinition/$run", {}, (400, "viewResource")),
        ("/ViewDefinition/$run", {"viewReference": "ViewDefinition/nothing"}, (404, "viewReference")),
    ],
)
def test_parameters_that_cannot_be_used_are_named(
    fhir: FhirDoor, path: str, params: dict[str, str], expected: tuple[int, str | None]
) -> None:
    status, place = refused(fhir.get(path, **params))
    assert status == expected[0] and (expected[1] is None or place == expected[1])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"resourceType": "Patient"}', 400),
        (json.dumps(parameters(colour={"valueCode": "red"})).encode(), 400),
        (json.dumps({**LAB_DAYS, "select": []}).encode(), 422),
        (json.dumps({**LAB_DAYS, "where": [{"path": "code.text"}]}).encode(), 422),
    ],
)
def test_bodies_that_cannot_be_run_are_refused_before_the_answer_begins(
    fhir: FhirDoor, body: bytes, status: int
) -> None:
    assert refused(fhir.post("/ViewDefinition/$run", body))[0] == status


def test_a_body_of_another_kind_is_refused(fhir: FhirDoor) -> None:
    assert refused(fhir.post("/ViewDefinition/$run", LAB_DAYS, headers={"content-type": "text/plain"}))[0] == 415


def test_a_fault_in_a_later_batch_breaks_the_answer_off(fhir: FhirDoor) -> None:
    """The answer has begun, so its status cannot change: it must not look whole."""
    good = {"resourceType": "Basic", "id": "a"}
    bad = {"resourceType": "Basic", "code": [{"text": "b"}, {"text": "c"}]}
    view = {"resource": "Basic", "select": [{"column": [{"name": "text", "path": "code.text"}]}]}
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "viewResource", "resource": view},
            *({"name": "resource", "resource": resource} for resource in [*[good] * 1000, bad]),
        ],
    }
    answer = fhir.post("/ViewDefinition/$run", body, _format="json")
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    body["parameter"] = [body["parameter"][0], body["parameter"][-1]]
    assert refused(fhir.post("/ViewDefinition/$run", body, _format="json")) == (422, "select[0].column[0].path")


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_table_is_of_one_moment_and_since_leaves_out_what_is_older(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """More labs than a page of the store holds: what is written while they are read is not among them."""
    url = request.getfixturevalue("postgres_database") if store == "postgresql" else None
    with open_door(tmp_path, url) as door:
        door.put_study(STUDY, "A")
        door.send(
            subject(),
            *(
                record("lab", f"L{number}", test="anc", collected="2024-03-10", value=number, unit="10*9/L")
                for number in range(1200)
            ),
        )
        later = door.clock.move(hours=1)
        fhir = FhirDoor(door)
        question = asked(LAB_DAYS, [])
        batches = rows(door.services.database.read, table(question), question, EVERYTHING)
        found = len(next(batches))
        door.send(record("lab", "late", test="anc", collected="2024-05-01", value=1, unit="10*9/L"))
        assert found + sum(map(len, batches)) == 1200
        assert len(fhir.rows("labs")) == 1201
        assert shown(fhir.rows("labs", _since=later.isoformat()), "date") == [("2024-05-01",)]
        fhir.close()
