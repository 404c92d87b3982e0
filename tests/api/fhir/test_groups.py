"""Group: the cohort of each study.

https://hl7.org/fhir/R4/group.html
"""

import pytest
from fhir.resources.R4B.group import Group

from app.storage.visibility import Caller
from tests.api.fhir.conftest import OTHER, Searches
from tests.journeys.door import STUDY, Door, Raw, record, subject

NUMBERS = ("A-001", "A-002", "A-003")


def found(searches: Searches, question: str = "") -> list[Raw]:
    return searches.entries(f"Group?{question}")


def names(groups: list[Raw]) -> list[str]:
    return sorted(one["identifier"][0]["value"] for one in groups)


def test_a_group_holds_the_patients_of_its_study(searches: Searches) -> None:
    [one] = found(searches, f"identifier={STUDY}")
    Group.model_validate(one)
    assert (one["type"], one["actual"], one["quantity"]) == ("person", True, 3)
    members = [member["entity"]["reference"] for member in one["member"]]
    assert members == [searches.patient(number) for number in NUMBERS]
    assert f"ResearchStudy/{one['id']}" == searches.door.study_reference()
    assert searches.door.get(f"/fhir/Group/{one['id']}").json() == one


@pytest.mark.parametrize(
    ("question", "studies"),
    [
        ("", [STUDY, OTHER]),
        ("type=person&actual=true", [STUDY, OTHER]),
        ("type=http://hl7.org/fhir/group-type|person", [STUDY, OTHER]),
        ("type=animal", []),
        ("actual=false", []),
        ("identifier=https://engraft.example.org/fhir/study|other-study", [OTHER]),
        ("identifier=https://elsewhere.example.org|other-study", []),
        (f"identifier={STUDY},{OTHER}", [STUDY, OTHER]),
        ("name=OTHER", [OTHER]),
        ("name=study", []),
        ("_id=nobody", []),
        ("member:missing=true", []),
        ("member:missing=false", [STUDY, OTHER]),
    ],
)
def test_groups_are_found(searches: Searches, question: str, studies: list[str]) -> None:
    assert names(found(searches, question)) == sorted(studies)


def test_a_group_is_found_by_its_member(searches: Searches) -> None:
    patient = searches.patient("A-002")
    assert names(found(searches, f"member={patient}")) == [STUDY]
    [one] = found(searches, f"identifier={OTHER}")
    assert names(found(searches, f"_id={one['id']}")) == [OTHER]


def test_unknown_parameters_are_refused_or_left_out(searches: Searches) -> None:
    refused = searches.door.get("/fhir/Group", code="x")
    assert refused.status_code == 400
    assert "identifier" in refused.json()["issue"][0]["diagnostics"]
    bundle = searches.bundle("Group?code=x", headers={"prefer": "handling=lenient"})
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "match", "outcome"]


@pytest.mark.parametrize("question", ["type:not=person", "_id:missing=true", "name=", "member:missing=x"])
def test_what_cannot_be_asked_is_refused(searches: Searches, question: str) -> None:
    assert searches.door.get(f"/fhir/Group?{question}").status_code == 400


def test_a_study_without_subjects_has_an_empty_group(searches: Searches) -> None:
    searches.door.put_study("empty-study", "A")
    [one] = found(searches, "member:missing=true")
    assert names([one]) == ["empty-study"]
    assert (one["quantity"], "member" in one) == (0, False)


def test_an_unknown_group_is_not_there(searches: Searches) -> None:
    assert searches.door.get("/fhir/Group/nobody").status_code == 404


def test_its_version_changes_with_its_members(searches: Searches) -> None:
    [before] = found(searches, f"identifier={STUDY}")
    etag = {"if-none-match": f'W/"{before["meta"]["versionId"]}"'}
    assert searches.door.request("GET", f"/fhir/Group/{before['id']}", headers=etag).status_code == 304
    searches.door.receipt(record("lab", "L8", test="anc", value="1", unit="10*9/L", collected="2024-06-01"))
    assert found(searches, f"identifier={STUDY}") == [before]
    time = searches.door.clock.move(minutes=1)
    searches.door.receipt(subject("A-004"))
    [after] = found(searches, f"identifier={STUDY}")
    assert (after["quantity"], after["meta"]["lastUpdated"]) == (4, time.isoformat(timespec="milliseconds")[:-6] + "Z")
    assert searches.door.request("GET", f"/fhir/Group/{before['id']}", headers=etag).status_code == 200


def test_a_part_of_it(searches: Searches) -> None:
    [one] = found(searches, f"identifier={STUDY}&_elements=name")
    assert set(one) == {"resourceType", "id", "meta", "name", "type", "actual"}
    [one] = found(searches, f"identifier={STUDY}&_summary=true")
    assert "member" not in one and "quantity" in one


def test_other_studies_are_not_shown(searches: Searches, monkeypatch: pytest.MonkeyPatch) -> None:
    [other] = found(searches, f"identifier={OTHER}")
    monkeypatch.setattr("app.api.fhir.groups.caller", lambda request: Caller(frozenset({STUDY})))
    assert names(found(searches)) == [STUDY]
    assert searches.door.get(f"/fhir/Group/{other['id']}").status_code == 404


def test_who_is_deleted_belongs_to_no_group(searches: Searches) -> None:
    door = searches.door
    [before] = found(searches, f"identifier={STUDY}")
    patient = posted(door, {"resourceType": "Patient", "gender": "female"})
    enrolled = {
        "resourceType": "ResearchSubject",
        "status": "on-study",
        "identifier": [{"system": "https://engraft.example.org/fhir/subject-number", "value": "A-100"}],
        "study": {"reference": f"ResearchStudy/{before['id']}"},
        "individual": {"reference": patient},
    }
    door.clock.move(minutes=1)
    taken_part = posted(door, enrolled)
    [joined] = found(searches, f"identifier={STUDY}")
    assert [member["entity"]["reference"] for member in joined["member"]][3:] == [patient]
    for place in (taken_part, patient):
        door.clock.move(minutes=1)
        assert door.request("DELETE", f"/fhir/{place}").status_code in (200, 204)
    [after] = found(searches, f"identifier={STUDY}")
    assert after["member"] == before["member"]
    assert after["meta"]["lastUpdated"] == "2026-06-30T12:03:00.000Z"


def posted(door: Door, resource: Raw) -> str:
    answer = door.request("POST", f"/fhir/{resource['resourceType']}", json=resource)
    assert answer.status_code == 201, answer.text
    return f"{resource['resourceType']}/{answer.json()['id']}"
