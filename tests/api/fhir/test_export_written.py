"""What clients wrote, in exports: as they wrote it, in the release that is asked for, in the view of the caller.

docs/fhir-writing.md
"""

import json

import pytest

from tests.api.fhir.exports import Exports, places
from tests.journeys.door import Door, Raw, subject

JSON = "application/fhir+json"
PATIENT = {"resourceType": "Patient", "name": [{"family": "Kanarienvogel"}], "gender": "female"}


@pytest.fixture
def exports(door: Door) -> Exports:
    return Exports(door)


def post(exports: Exports, resource: Raw, version: str = "4.0") -> Raw:
    """Pretty, as a person would write it."""
    headers = {"content-type": f"{JSON}; fhirVersion={version}", "prefer": "return=representation"}
    body = json.dumps(resource, indent=2)
    answer = exports.door.request("POST", f"/fhir/{resource['resourceType']}", content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made = exports.door.get(answer.headers["location"].partition("/_history")[0].removeprefix("http://engraft.test"))
    found: Raw = made.json()
    return found


def observation(patient: Raw) -> Raw:
    code = {"coding": [{"system": "http://loinc.org", "code": "718-7"}], "text": "one\nline"}
    value = {"value": 7.5, "unit": "g/dL"}
    about = {"reference": f"Patient/{patient['id']}"}
    return {"resourceType": "Observation", "status": "final", "code": code, "subject": about, "valueQuantity": value}


def test_a_line_is_a_resource_however_it_was_written(exports: Exports) -> None:
    patient = post(exports, PATIENT)
    result = post(exports, observation(patient))
    found = {one["id"]: one for one in exports.exported("$export?_type=Patient,Observation")}
    assert found == {patient["id"]: patient, result["id"]: result}


def test_what_no_study_knows_belongs_to_its_patient(exports: Exports) -> None:
    one, other = post(exports, PATIENT), post(exports, PATIENT)
    results = [post(exports, observation(patient)) for patient in (one, other, one)]
    nobody = {key: value for key, value in observation(one).items() if key != "subject"}
    alone = post(exports, nobody)
    types = "_type=Patient,Observation"
    assert places(exports.exported(f"$export?{types}")) == places([one, other, *results, alone])
    assert places(exports.exported(f"Patient/$export?{types}")) == places([one, other, *results])
    chosen = exports.exported(f"Patient/$export?{types}&patient=Patient/{one['id']}")
    assert places(chosen) == places([one, results[0], results[2]])
    exports.door.receipt(subject())
    [group] = exports.door.get("/fhir/Group").json()["entry"]
    of_the_group = exports.exported(f"Group/{group['resource']['id']}/$export?{types}")
    assert len(of_the_group) == 1  # the study's own subject


def test_what_is_deleted_over_fhir_is_said(exports: Exports) -> None:
    patient = post(exports, PATIENT)
    result = post(exports, observation(patient))
    time = exports.manifest("$export")["transactionTime"]
    exports.door.clock.move(minutes=1)
    assert exports.door.request("DELETE", f"/fhir/Observation/{result['id']}").status_code in (200, 204)
    for level in ("$export", "Patient/$export", f"Patient/$export?patient=Patient/{patient['id']}"):
        mark = "&" if "?" in level else "?"
        manifest = exports.manifest(f"{level}{mark}_since={time}")
        [bundle] = exports.lines(manifest, "deleted")
        assert [one["request"]["url"] for one in bundle["entry"]] == [f"Observation/{result['id']}"]
        assert exports.lines(manifest) == []


def test_each_comes_in_the_release_that_is_asked_for(exports: Exports) -> None:
    patient = post(exports, PATIENT)
    about, when = {"reference": f"Patient/{patient['id']}"}, "2024-03-01T10:00:00Z"
    common = {"status": "completed", "subject": about}
    r4 = post(exports, {"resourceType": "Procedure", "performedDateTime": when, **common})
    r5 = post(exports, {"resourceType": "Procedure", "occurrenceDateTime": when, **common}, "5.0")
    for version, element in (("4.0", "performedDateTime"), ("5.0", "occurrenceDateTime")):
        found = exports.exported(f"$export?_type=Procedure&_outputFormat=ndjson;fhirVersion={version}")
        assert {one["id"]: one[element] for one in found} == {r4["id"]: when, r5["id"]: when}


def test_the_coded_view_names_nobody(exports: Exports) -> None:
    post(exports, observation(post(exports, PATIENT)))
    exports.door.receipt(subject())
    whole = exports.exported("$export")
    coded = exports.exported("$export", prefer="respond-async, view=coded")
    assert "Kanarienvogel" in json.dumps(whole)
    assert "Kanarienvogel" not in json.dumps(coded)
    headers = {"prefer": "view=coded"}
    seen = [
        entry["resource"]
        for type_ in ("Patient", "Observation", "ResearchSubject", "ResearchStudy")
        for entry in exports.door.request("GET", f"/fhir/{type_}", headers=headers).json().get("entry", [])
    ]
    assert places(coded) == places(seen)
    assert {one["id"]: one for one in coded} == {one["id"]: one for one in seen}
