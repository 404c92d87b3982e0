"""`$everything` of a study, of a subject and of a patient.

https://hl7.org/fhir/R4/patient-operation-everything.html
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.services import release
from app.services.release import Asked
from app.storage.tables import RESOURCE
from app.storage.visibility import AS_WRITTEN, Caller
from tests.api.fhir.conftest import Searches
from tests.journeys.door import START, STUDY, record

Raw = dict[str, Any]


# By hand from RECORDS.
EXPECTED = {"AdverseEvent": 1, "Observation": 2, "Patient": 1, "ResearchSubject": 1, "Procedure": 1}


def names(resources: list[Raw]) -> set[str]:
    return {f"{one['resourceType']}/{one['id']}" for one in resources}


def test_a_patient_a_subject_and_a_study_have_what_is_theirs(searches: Searches) -> None:
    door = searches.door
    patient = searches.patient("A-001")
    mine = door.everything(patient)
    counted = Counter(one["resourceType"] for one in mine)
    assert {kind: counted[kind] for kind in EXPECTED} == EXPECTED
    [subject] = [one for one in mine if one["resourceType"] == "ResearchSubject"]
    assert names(door.everything(f"ResearchSubject/{subject['id']}")) == names(mine)
    study = door.everything(door.study_reference())
    assert names(mine) < names(study)
    others = {one["individual"]["reference"] for one in study if one["resourceType"] == "ResearchSubject"} - {patient}
    assert len(others) == 2 and not names(mine) & others


def test_types_and_times_narrow_it(searches: Searches) -> None:
    door, patient = searches.door, searches.patient("A-001")
    early = door.everything(patient)
    later = (START + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    door.clock.move(hours=2)
    door.receipt(record("lab", "L9", "A-001", test="anc", value="1", unit="10*9/L", collected="2024-05-01"))
    [new] = door.everything(patient, _since=later)
    assert new["effectiveDateTime"] == "2024-05-01"
    assert names(door.everything(patient, _until=later)) == names(early)
    assert door.everything(patient, _since=later, _until=later) == []
    found = door.everything(patient, _type="Observation,Patient")
    assert {one["resourceType"] for one in found} == {"Observation", "Patient"}
    twice = door.request("GET", f"/fhir/{patient}/$everything?_type=Patient&_type=Observation").json()
    assert twice["total"] == len(found)


def test_its_pages_are_those_of_a_search(searches: Searches) -> None:
    """A token of another question is refused, and so is one that was written by hand."""
    door, patient = searches.door, searches.patient("A-001")
    whole = door.everything(patient)
    assert [one["id"] for one in door.everything(patient, _count=2)] == [one["id"] for one in whole]
    bundle = door.get(f"/fhir/{patient}/$everything", _count=2).json()
    assert "total" not in bundle
    assert searches.bundle(f"{patient}/$everything?_count=2&_total=accurate")["total"] == len(whole)
    assert searches.bundle(f"{patient}/$everything")["total"] == len(whole)
    token = next(link["url"] for link in bundle["link"] if link["relation"] == "next").partition("_page=")[2]
    assert len(token) < 80
    other = searches.patient("A-002")
    for question in (f"{other}/$everything?_count=2", f"{patient}/$everything?_count=3", f"{patient}/$everything?"):
        assert door.request("GET", f"/fhir/{question}&_page={token}").status_code == 400, question
    assert door.request("GET", f"/fhir/{patient}/$everything?_count=2&_page=1-2").status_code == 400


def test_head_and_unknown_parameters(searches: Searches) -> None:
    door, question = searches.door, f"/fhir/{searches.patient('A-001')}/$everything"
    head = door.request("HEAD", question)
    assert (head.status_code, head.content) == (200, b"")
    refused = door.request("GET", f"{question}?_sinse=2024")
    assert refused.status_code == 400
    assert "_since, _until, _type, _count" in refused.json()["issue"][0]["diagnostics"]


@pytest.mark.parametrize("studies", [frozenset(), frozenset({"other-study"})])
def test_who_may_not_see_the_study_sees_nothing_of_it(searches: Searches, studies: frozenset[str]) -> None:
    door = searches.door
    for reference in (searches.patient("A-001"), door.study_reference(STUDY)):
        type_, _, identifier = reference.partition("/")
        asked = Asked(type_, identifier, Caller(studies), (), None, None, 100, None, False, ())
        with pytest.raises(Exception, match=f"no such {type_}"):
            release.everything(door.services, asked, "")


def test_what_is_not_for_the_callers_eyes_is_in_no_page(searches: Searches) -> None:
    door, patient = searches.door, searches.patient("A-001")
    hidden = next(one for one in door.everything(patient) if one["resourceType"] == "AdverseEvent")
    mine = RESOURCE.c.resource_id == hidden["id"]
    door.services.writer.run(lambda found: found.execute(update(RESOURCE).where(mine).values(audience=AS_WRITTEN)))
    coded = searches.bundle(f"{patient}/$everything", headers={"Prefer": "view=coded"})
    shown = names([entry["resource"] for entry in coded["entry"]])
    assert names(door.everything(patient)) - shown == {f"AdverseEvent/{hidden['id']}"}
    assert coded["total"] == len(shown)


def test_a_patient_whom_no_study_knows_comes_with_what_refers_to_it(searches: Searches) -> None:
    door = searches.door

    def create(**resource: Any) -> str:
        answer = door.request("POST", f"/fhir/{resource['resourceType']}", json=resource)
        assert answer.status_code == 201, answer.text
        return f"{resource['resourceType']}/{answer.json()['id']}"

    patient = create(resourceType="Patient", gender="female")
    subject = {"reference": patient}
    result = create(resourceType="Observation", status="final", code={"text": "Weight"}, subject=subject)
    create(resourceType="Observation", status="final", code={"text": "Weight"})
    assert names(door.everything(patient)) == {patient, result}
    told = [one["target"][0]["reference"] for one in searches.entries(f"Provenance?patient={patient}")]
    assert told == [f"{patient}/_history/1", f"{result}/_history/1"]
