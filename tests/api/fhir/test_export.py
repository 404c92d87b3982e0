"""Kick-off and manifest of `$export`: what is asked is what is in the files.

https://hl7.org/fhir/uv/bulkdata/export.html
"""

import io
import json
from typing import Any

import httpx
import pyarrow.parquet
import pytest
from fhir.resources.adverseevent import AdverseEvent

from app.storage.exports import jobs
from tests.api.fhir.conftest import OTHER, Searches
from tests.api.fhir.exports import Exports, places
from tests.journeys.door import STUDY, Raw, record

TYPES = ("AdverseEvent", "BiologicallyDerivedProduct", "Condition", "MedicationAdministration", "Observation")
TYPES += ("Patient", "Procedure", "ResearchStudy", "ResearchSubject")


@pytest.fixture
def exports(searches: Searches) -> Exports:
    return Exports(searches.door)


def stored(searches: Searches, *types: str) -> list[Raw]:
    """What plain searches find."""
    return [one for type_ in types or TYPES for one in searches.entries(type_)]


def ordered(resources: list[Raw]) -> list[Raw]:
    return sorted(resources, key=json.dumps)


def group_of(searches: Searches, study: str) -> str:
    [found] = searches.entries(f"Group?identifier={study}")
    return f"Group/{found['id']}"


def test_a_system_export_is_what_searches_find(searches: Searches, exports: Exports) -> None:
    manifest = exports.manifest("$export")
    assert set(manifest) == {"transactionTime", "request", "requiresAccessToken", "output", "error"}
    assert manifest["request"] == "http://engraft.test/fhir/$export"
    assert manifest["error"] == []
    found = exports.lines(manifest)
    assert ordered(found) == ordered(stored(searches))
    types = [item["type"] for item in manifest["output"]]
    assert sorted(types) == sorted({one["resourceType"] for one in found})  # no file without a resource
    latest = max(one["meta"]["lastUpdated"] for one in found)
    assert manifest["transactionTime"] == latest


def test_a_patient_export_leaves_the_studies_out(searches: Searches, exports: Exports) -> None:
    types = [type_ for type_ in TYPES if type_ != "ResearchStudy"]
    assert ordered(exports.exported("Patient/$export")) == ordered(stored(searches, *types))


def test_a_group_export_is_what_everything_of_the_study_gives(searches: Searches, exports: Exports) -> None:
    for study in (STUDY, OTHER):
        expected = searches.door.everything(searches.door.study_reference(study))
        assert ordered(exports.exported(f"{group_of(searches, study)}/$export")) == ordered(expected)


def test_patients_may_be_chosen(searches: Searches, exports: Exports) -> None:
    chosen = searches.patient("A-002")
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "patient", "valueReference": {"reference": chosen}},
            {"name": "_type", "valueString": "Patient,Observation"},
        ],
    }
    expected = [chosen, *(f"Observation/{one['id']}" for one in searches.entries(f"Observation?subject={chosen}"))]
    for level in ("Patient", group_of(searches, STUDY)):
        assert places(exports.exported(f"{level}/$export", json=body)) == sorted(expected)
    assert places(exports.exported(f"Patient/$export?patient={chosen}&_type=Patient,Observation")) == sorted(expected)


def test_patients_that_are_not_there_are_refused(searches: Searches, exports: Exports) -> None:
    chosen = searches.patient("A-002")
    for question in (
        "Patient/$export?patient=Patient/nobody",
        f"Patient/$export?patient={chosen},Patient/nobody",
        f"{group_of(searches, OTHER)}/$export?patient={chosen}",
    ):
        check_refused(exports.kick_off(question), 400, "patient")
    check_refused(exports.kick_off("Patient/$export?patient=Practitioner/1"), 400, "patient")
    check_refused(exports.kick_off("Group/nobody/$export"), 404)


def check_refused(answer: httpx.Response, status: int, place: str | None = None) -> Raw:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    [issue] = answer.json()["issue"]
    assert issue["severity"] == "error"
    if place is not None:
        assert issue["expression"] == [place]
    assert "Kanarienvogel" not in answer.text
    return dict(issue)


def test_without_respond_async_it_is_refused(exports: Exports) -> None:
    check_refused(exports.door.get("/fhir/$export"), 400, "Prefer")
    assert exports.kick_off("$export", prefer="handling=lenient; RESPOND-ASYNC").status_code == 202


def test_asking_for_headers_starts_nothing(exports: Exports) -> None:
    answer = exports.door.request("HEAD", "/fhir/$export", headers={"prefer": "respond-async"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    with exports.door.services.database.read.connect() as connection:
        assert jobs.known(connection) == set()


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("$export?_type=Kanarienvogel", "_type"),
        ("$export?_type=", "_type"),
        ("Patient/$export?_type=Patient,ResearchStudy", "_type"),
        ("$export?_since=Kanarienvogel", "_since"),
        ("$export?_since=2024-01-01T00:00:00Z&_since=2024-01-01T00:00:00Z", "_since"),
        ("$export?_until=", "_until"),
        ("$export?_outputFormat=text/csv", "_outputFormat"),
        ("$export?_outputFormat=ndjson;fhirVersion=3.0", "_outputFormat"),
        ("$export?_elements=Patient.name.family", "_elements"),
        ("$export?_type=Patient&_elements=Observation.status", "_elements"),
        ("$export?_typeFilter=Observation", "_typeFilter"),
        ("$export?_typeFilter=Kanarienvogel%3Fcode%3Dx", "_typeFilter"),
        ("$export?_type=Patient&_typeFilter=Observation%3Fstatus%3Dfinal", "_typeFilter"),
        ("$export?_typeFilter=Observation%3F_sort%3Ddate", "_typeFilter"),
        ("$export?_typeFilter=Observation%3F_include%3D*", "_typeFilter"),
        ("$export?_typeFilter=Observation%3F_elements%3Did", "_typeFilter"),
        ("$export?_typeFilter=Observation%3F_count%3D5", "_typeFilter"),
        ("$export?_typeFilter=Observation%3Fkanarienvogel%3Dx", "_typeFilter"),
        ("$export?_typeFilter=Observation%3Fdate%3DKanarienvogel", "date"),
        ("$export?_typeFilter=Observation%3Fdate%3D%00", "_typeFilter"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_place(exports: Exports, question: str, place: str) -> None:
    issue = check_refused(exports.kick_off(question), 400, place)
    assert issue["diagnostics"]


def test_unknown_parameters_are_refused_with_the_known_ones(exports: Exports) -> None:
    for question in ("$export?Kanarienvogel=1", "$export?patient=Patient/1", "$export?organizeOutputBy=Patient"):
        issue = check_refused(exports.kick_off(question), 400)
        assert "_typeFilter" in issue["diagnostics"]


def test_leniently_they_are_left_out_and_said_so(searches: Searches, exports: Exports) -> None:
    question = "$export?_type=Patient,Kanarienvogel&includeAssociatedData=x&_typeFilter=Patient%3Fkanarienvogel%3Dx"
    manifest = exports.manifest(question, prefer="respond-async, handling=lenient")
    assert ordered(exports.lines(manifest)) == ordered(stored(searches, "Patient"))
    outcomes = exports.lines(manifest, "error")
    assert [outcome["issue"][0]["severity"] for outcome in outcomes] == ["warning"] * 3
    assert "anarienvogel" not in json.dumps(outcomes)


@pytest.mark.parametrize("level", ["$export", "Patient/$export"])
def test_filters_are_joined_by_or(searches: Searches, exports: Exports, level: str) -> None:
    question = f"{level}?_type=Observation,AdverseEvent"
    question += "&_typeFilter=Observation%3Fdate%3Dge2024-04-01&_typeFilter=Observation%3Fdate%3Dlt2024-03-02"
    expected = ["2024-03", "2024-03-01", "2024-03-01", "2024-04-01", "2024-05-01"]
    for asked in (question, question.replace("&_typeFilter=Observation%3Fdate%3Dlt", ",Observation%3Fdate%3Dlt")):
        found = exports.exported(asked)
        days = sorted(one["effectiveDateTime"] for one in found if one["resourceType"] == "Observation")
        assert days == expected
        # A type without a filter of its own is whole.
        events = [one for one in found if one["resourceType"] == "AdverseEvent"]
        assert ordered(events) == ordered(stored(searches, "AdverseEvent"))


def test_a_filter_may_hold_several_criteria_and_values(searches: Searches, exports: Exports) -> None:
    asked = "Observation?date=ge2024-03-01&subject.gender=male&status=final,amended"
    expected = searches.entries(asked)
    assert len(expected) == 3
    found = exports.exported("$export", json={"resourceType": "Parameters", "parameter": parameters(_typeFilter=asked)})
    assert ordered([one for one in found if one["resourceType"] == "Observation"]) == ordered(expected)


def parameters(**values: str) -> list[dict[str, Any]]:
    return [{"name": name, "valueString": value} for name, value in values.items()]


@pytest.mark.parametrize("body", [[], {"resourceType": "Bundle"}, {"resourceType": "Parameters", "parameter": [{}]}])
def test_a_body_that_is_no_parameters_is_refused(exports: Exports, body: Any) -> None:
    check_refused(exports.kick_off("$export", json=body), 400)


def test_elements_are_of_a_type_or_of_all(searches: Searches, exports: Exports) -> None:
    found = exports.exported("$export?_type=Patient,Observation&_elements=Patient.gender,status")
    for one in found:
        expected = {"gender"} if one["resourceType"] == "Patient" else {"status", "code"}  # code must be there
        assert set(one) - {"resourceType", "id", "meta"} <= expected
        assert one["meta"]["tag"][-1]["code"] == "SUBSETTED"
    whole = exports.exported("$export?_type=Patient,Observation&_elements=Patient.gender")
    observations = [one for one in whole if one["resourceType"] == "Observation"]
    assert ordered(observations) == ordered(stored(searches, "Observation"))


@pytest.mark.parametrize("spelling", ["application/fhir%2Bndjson", "application/fhir+ndjson", "ndjson"])
def test_every_spelling_of_the_format(exports: Exports, spelling: str) -> None:
    assert len(exports.exported(f"$export?_type=ResearchStudy&_outputFormat={spelling}")) == 2
    assert len(exports.exported("$export?_type=ResearchStudy&_outputFormat=application/ndjson")) == 2


def test_parquet_holds_the_same_resources(searches: Searches, exports: Exports) -> None:
    manifest = exports.manifest("$export?_outputFormat=application/vnd.apache.parquet&_type=Patient,Observation")
    tables = {item["type"]: fetched(exports, item) for item in manifest["output"]}
    for type_, expected in (("Patient", 6), ("Observation", 6)):
        rows = tables[type_].to_pylist()
        resources = [json.loads(row["resource"]) for row in rows]
        assert len(rows) == expected
        assert ordered(resources) == ordered(stored(searches, type_))
        for row, one in zip(rows, resources, strict=True):
            meta = one["meta"]
            assert (row["type"], row["id"], row["lastUpdated"]) == (type_, one["id"], meta["lastUpdated"])
            assert row["version"] == int(meta["versionId"])


def fetched(exports: Exports, item: Raw) -> Any:
    answer = exports.door.request("GET", item["url"])
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    found = pyarrow.parquet.read_table(io.BytesIO(answer.content))
    assert found.num_rows == item["count"]
    return found


def test_r5_is_a_matter_of_the_media_type(exports: Exports) -> None:
    by_format = exports.exported("$export?_type=AdverseEvent&_outputFormat=ndjson;fhirVersion=5.0")
    accept = {"accept": "application/fhir+json; fhirVersion=5.0"}
    by_header = exports.exported("$export?_type=AdverseEvent", headers=accept)
    assert ordered(by_format) == ordered(by_header)
    assert len(by_format) == 2
    for one in by_format:
        AdverseEvent.model_validate(one)
        assert "code" in one and "event" not in one  # R5's name of the element


def test_since_and_until_part_what_there_is(searches: Searches, exports: Exports) -> None:
    before = exports.manifest("$export")
    time = before["transactionTime"]
    assert exports.exported(f"$export?_since={time}") == []
    exports.door.clock.move(minutes=1)
    exports.door.receipt(record("lab", "L9", "A-001", test="anc", value="1", unit="10*9/L", collected="2024-06-01"))
    later = exports.manifest(f"$export?_since={time}")
    assert [one["effectiveDateTime"] for one in exports.lines(later)] == ["2024-06-01"]
    assert later["deleted"] == []
    first = exports.exported(f"$export?_until={later['transactionTime']}")
    assert ordered(first) == ordered(exports.lines(before))
    whole = exports.exported("$export")
    assert ordered(whole) == ordered([*first, *exports.lines(later)])


def test_what_was_deleted_since_is_said(searches: Searches, exports: Exports) -> None:
    """A record that moves to a subject who is not there yet takes its resources away."""
    time = exports.manifest("$export")["transactionTime"]
    [gone] = searches.entries(f"Observation?subject={searches.patient('A-002')}&date=2024-04-01")
    exports.door.clock.move(minutes=1)
    moved = record("lab", "L4", "A-999", version=9, test="plt", value="20", unit="10*9/L", collected="2024-04-01")
    assert exports.door.receipt(moved)["waiting"] == 1
    for level in ("$export", "Patient/$export", f"{group_of(searches, STUDY)}/$export"):
        manifest = exports.manifest(f"{level}?_since={time}")
        [bundle] = exports.lines(manifest, "deleted")
        assert bundle["type"] == "transaction"
        assert bundle["entry"] == [{"request": {"method": "DELETE", "url": f"Observation/{gone['id']}"}}]
        assert exports.lines(manifest) == []
    assert exports.manifest(f"{group_of(searches, OTHER)}/$export?_since={time}")["deleted"] == []
    assert exports.manifest(f"$export?_type=Patient&_since={time}")["deleted"] == []
    assert "deleted" not in exports.manifest("$export")
    assert gone["id"] not in {one["id"] for one in exports.exported("$export")}


def test_the_statement_names_the_operations_of_the_guide(exports: Exports) -> None:
    statement = exports.door.get("/fhir/metadata").json()
    guide = "http://hl7.org/fhir/uv/bulkdata"
    assert f"{guide}/CapabilityStatement/bulk-data" in statement["instantiates"]
    [rest] = statement["rest"]
    offered = {one["type"]: one.get("operation", []) for one in rest["resource"]} | {"": rest["operation"]}
    for level, name in (("", "export"), ("Patient", "patient-export"), ("Group", "group-export")):
        assert {"name": "export", "definition": f"{guide}/OperationDefinition/{name}"} in offered[level]
