"""Studies and their sites: PUT of the contract, and who may send what."""

import pytest

from tests.journeys.door import STUDY, Door, Raw, record, subject


def issue(door: Door, raw: Raw, study: str) -> tuple[str, str]:
    line = door.receipt(raw, study=study)["records"][0]
    assert line["outcome"] == "rejected"
    return line["issues"][0]["path"], line["issues"][0]["code"]


def test_the_shipped_study_is_there_from_the_start(door: Door) -> None:
    found = door.get(f"/studies/{STUDY}").json()
    assert (found["study"], found["definition"], found["definition_version"]) == (STUDY, STUDY, 2)
    assert [each["study"] for each in door.get("/studies").json()["studies"]] == [STUDY]


def test_a_study_is_made_once_and_changed_after(door: Door) -> None:
    assert door.put_study("trial", "A").status_code == 201
    before = door.seq()
    assert door.put_study("trial", "A").status_code == 200
    assert door.seq() == before
    assert door.put_study("trial", "A", "B").status_code == 200
    assert [site["id"] for site in door.get("/studies/trial").json()["sites"]] == ["A", "B"]
    reference = door.study_reference("trial")
    assert door.get(f"/fhir/{reference}").json()["resourceType"] == "ResearchStudy"
    assert door.send(subject(), study="nowhere").status_code == 404


def test_a_site_that_the_study_does_not_name_is_refused(door: Door) -> None:
    door.put_study("trial", "A")
    assert issue(door, subject("C-1", site="C"), "trial") == ("records[0].site", "code-invalid")


def test_a_subject_is_of_one_site(door: Door) -> None:
    door.put_study("trial", "A", "B")
    door.send(subject("001"), study="trial")
    assert issue(door, subject("001", site="B"), "trial") == ("records[0].site", "conflict")
    assert issue(door, record("death", "X1", "001", "B"), "trial") == ("records[0].site", "conflict")


def test_one_number_in_two_studies_is_two_subjects(door: Door) -> None:
    for study in ("one", "two"):
        door.put_study(study, "A")
        door.send(subject(), study=study)
    found = [door.get(f"/studies/{study}/subjects").json()["subjects"][0] for study in ("one", "two")]
    assert found[0]["patient"] != found[1]["patient"]
    door.send(record("infusion", "I1", start="2024-03-01"), study="one")
    assert (door.status("A-001", "one")["infusions"], door.status("A-001", "two")["infusions"]) == (1, 0)


def test_days_are_those_of_the_site(door: Door) -> None:
    """23:30 in New York on 1 March is the next morning in Berlin (IANA: UTC-5 and UTC+1 in winter)."""
    sites = [{"id": "NY", "time_zone": "America/New_York"}, {"id": "B", "time_zone": "Europe/Berlin"}]
    body = {"definition": STUDY, "sites": sites}
    assert door.request("PUT", "/studies/trial", json=body).status_code == 201
    for site in ("NY", "B"):
        start = record("infusion", "I1", site, site, start="2024-03-02T04:30:00Z")
        door.send(subject(site, site=site), start, study="trial")
    assert [door.status(site, "trial")["infusion"]["date"] for site in ("NY", "B")] == ["2024-03-01", "2024-03-02"]


def test_a_site_that_has_sent_records_keeps_its_time_zone(door: Door) -> None:
    door.put_study("trial", "A", "B")
    door.send(subject(), study="trial")
    assert door.put_study("trial", "A", "B", zone="America/New_York").status_code == 409
    assert door.put_study("trial", "B").status_code == 409
    assert door.put_study("trial", "A").status_code == 200


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "definition"),
        ({"definition": "no-such"}, "definition"),
        ({"definition": STUDY, "sites": [{"id": "A", "time_zone": "Mars/Olympus"}]}, "sites[0].time_zone"),
        ({"definition": STUDY, "sites": [{"id": "A", "time_zone": "../../etc/passwd"}]}, "sites[0].time_zone"),
        ({"definition": STUDY, "sites": [{"id": "A/B", "time_zone": "UTC"}]}, "sites[0].id"),
        ({"definition": STUDY, "sites": [{"id": "A", "time_zone": "UTC"}, {"id": "A", "time_zone": "UTC"}]}, "sites"),
        ({"definition": STUDY, "sites": None}, "sites"),
        ({"definition": STUDY, "owner": 1}, "owner"),
        (True, ""),
        ([], ""),
        (3, ""),
    ],
)
def test_what_is_no_study_is_refused_with_its_place(door: Door, body: object, path: str) -> None:
    answer = door.request("PUT", "/studies/trial", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["issues"][0]["path"] == path
    assert door.get("/studies/trial").status_code == 404


def test_a_number_with_a_slash_can_be_asked_for(door: Door) -> None:
    door.send(subject("DE/12 34"))
    assert door.status("DE%2F12%2034")["subject"] == "DE/12 34"
