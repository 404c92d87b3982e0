"""Who may see only the coded view finds nobody by what it does not show, through whichever door of a search."""

import pytest

from app.interop.fhir.search.parameters import parameters
from app.storage.visibility import AS_WRITTEN, CODED
from tests.api.fhir.conftest import Searches
from tests.api.fhir.kept import keep
from tests.api.fhir.test_search_whole import PATIENT, V2

SHOWN = {"resourceType": "Patient", "id": "pat", "gender": "female"}
RESULT = {"resourceType": "Observation", "id": "result", "code": {"text": "x"}, "subject": {"reference": "Patient/pat"}}
NOTED = {**RESULT, "note": [{"text": "Anna was seen"}], "identifier": [{"value": "LIS-1"}]}
IDENTITY = {
    "family": "muller",
    "given": "Anna",
    "name": "Anna",
    "identifier": "MRN-7",
    "identifier:of-type": f"{V2}|MR|MRN-7",
    "birthdate": "1980-02-03",
    "telecom": "+49301",
    "phone": "+49301",
    "email": "anna@hospital.example",
    "address": "Lange",
    "address-city": "Köln",
    "address-postalcode": "50667",
    "link": "Patient/old",
    "general-practitioner": "Practitioner/gp",
    "organization": "Organization/ward",
    "_source": "http://hospital.example/emr/7",
}


@pytest.fixture
def twice(searches: Searches) -> Searches:
    keep(searches.door, {**PATIENT, "gender": "female"}, NOTED, audience=AS_WRITTEN)
    keep(searches.door, SHOWN, RESULT, audience=CODED)
    return searches


def found(searches: Searches, question: str, view: str, **parameters: str) -> tuple[int, int]:
    """(what is counted, what comes on the page)."""
    answer = searches.door.request(
        "GET", f"/fhir/{question}", params={**parameters, "_total": "accurate"}, headers={"Prefer": f"view={view}"}
    )
    bundle = answer.json()
    return bundle["total"], len(bundle.get("entry", []))


def test_nobody_is_found_by_what_the_coded_view_does_not_show(twice: Searches) -> None:
    for name, value in IDENTITY.items():
        for question, parameter, identity in (
            ("Patient", name, "pat"),
            ("Observation", f"subject:Patient.{name}", "result"),
            ("Patient", f"_has:Observation:subject:subject:Patient.{name}", "pat"),
        ):
            asked = {parameter: value, "_id": identity}
            assert found(twice, question, "coded", **asked) == (0, 0), parameter
            assert found(twice, question, "whole", **asked) == (1, 1), parameter
        if ":" not in name:
            assert found(twice, "Patient", "coded", **{f"{name}:missing": "false", "_id": "pat"}) == (0, 0), name


def test_each_view_has_one_of_each_and_is_sorted_by_what_it_shows(twice: Searches) -> None:
    for view, identifiers in (("coded", [None]), ("whole", ["LIS-1"])):
        answer = twice.door.request(
            "GET", "/fhir/Patient?_id=pat&_revinclude=Observation:subject", headers={"Prefer": f"view={view}"}
        )
        [patient, result] = [one["resource"] for one in answer.json()["entry"]]
        assert ("name" in patient) == (view == "whole")
        assert [one.get("value") for one in result.get("identifier", [{}])] == identifiers
    for code in parameters("Patient"):
        if code not in ("_id", "_lastUpdated"):
            answer = twice.door.request("GET", f"/fhir/Patient?_sort={code}", headers={"Prefer": "view=coded"})
            assert "Anna" not in answer.text and answer.status_code == 200
