"""One patient, from the first record to the sponsor's bundle. Days: the contract's own example; counts: by hand."""

import json

from tests.journeys.door import STUDY, Door, record, subject

STORY = [
    subject("A-001", mrn="4711", birth_date="1980-05-17", sex="female", consent_date="2024-02-01"),
    record("disease", "D1", diagnosis_date="2023"),
    record("transplant", "T1", date="2023-11-20", donor_type="haploidentical"),
    record("infusion", "I1", start="2024-03-01", outcome="completed", dose={"value": 2.50, "unit": "10*6/kg"}),
    record("disease_assessment", "DA0", date="2024-02-27", response="CR"),
    record("adverse_event", "AE1", term="Febrile neutropenia", onset="2024-03-10", grade=3, serious=True),
    record("lab", "L1", test="anc", collected="2024-03-10T08:00:00+01:00", value=0.10, unit="10*9/L"),
    record("disease_assessment", "DA9", date="2024-04-20", response="relapse"),
    record("follow_up", "F1", date="2024-05-01", alive=True),
]


def test_a_patient_from_the_first_record_to_the_sponsors_bundle(door: Door) -> None:
    assert door.put_study(STUDY, "A").status_code == 200
    answer = door.send(*STORY)
    assert answer.status_code == 201
    receipt = answer.json()
    counts = {name: receipt[name] for name in ("accepted", "amended", "unchanged", "waiting", "rejected")}
    assert counts == {"accepted": 9, "amended": 0, "unchanged": 0, "waiting": 0, "rejected": 0}
    assert [line["index"] for line in receipt["records"]] == list(range(9))

    row = door.rows("DFS")["rows"][0]
    shown = {
        name: row[name] for name in ("subject", "status", "component", "start_date", "date", "days", "aval", "cnsr")
    }
    assert shown == {
        "subject": "A-001",
        "status": "event",
        "component": "relapse",
        "start_date": "2024-03-01",
        "date": "2024-04-20",
        "days": 50,
        "aval": 51,
        "cnsr": 0,
    }
    assert row["evidence"][0]["record"] == "disease_assessment/A/ehr/DA9"
    assert door.endpoint("SAE")["patients_with_sae"] == 1

    status = door.status("A-001", cutoff="2024-03-29")
    assert (status["infusion"]["day"], status["transplant"]["day"]) == (28, 130)
    assert status["remission"]["now"]["response"] == "CR"

    resources = door.everything(door.study_reference())
    kinds = {resource["resourceType"] for resource in resources}
    assert {"ResearchStudy", "ResearchSubject", "Patient", "Procedure", "AdverseEvent", "Observation"} <= kinds
    sent = {f"{resource['resourceType']}/{resource['id']}" for resource in resources}
    assert {name for line in receipt["records"] for name in line["resources"]} <= sent
    resource, _, version = row["evidence"][0]["resource"].partition("/_history/")
    assert resource in sent and version == "1"
    assert door.rebuilt().different == 0


def test_the_digits_of_a_number_reach_the_bundle_as_they_came(door: Door) -> None:
    """FHIR decimals keep their precision: 0.10 is not 0.1 (https://hl7.org/fhir/R4/datatypes.html#decimal)."""
    text = json.dumps([subject(), record("lab", "L1", test="anc", collected="2024-03-10", unit="10*9/L", value=77)])
    receipt = door.post(text.replace("77", "0.10").encode()).json()
    found = door.get(f"/fhir/{receipt['records'][1]['resources'][0]}")
    assert b'"value":0.10' in found.content


def test_every_page_of_a_bundle_shows_the_same_moment(door: Door) -> None:
    """A write between two pages is in neither: pages stick to the first one's `seq`."""
    door.send(subject(), *(record("follow_up", f"F{day}", date=f"2024-03-{day:02}") for day in range(1, 10)))
    reference = door.study_reference()
    whole = [resource["id"] for resource in door.everything(reference)]
    bundle = door.get(f"/fhir/{reference}/$everything", _count=3, _total="accurate").json()
    found, follow = [], bundle
    while True:
        found += [entry["resource"]["id"] for entry in follow["entry"]]
        link = next((link["url"] for link in follow["link"] if link["relation"] == "next"), None)
        if link is None:
            break
        door.send(record("follow_up", f"late{len(found)}", date="2024-04-01"))
        follow = door.request("GET", link).json()
    assert found == whole
    assert follow["total"] == bundle["total"] == len(whole)
    assert len(door.everything(reference)) > len(whole)


def test_versions_of_a_resource_answer_with_their_etags(door: Door) -> None:
    """https://hl7.org/fhir/R4/http.html#versioning"""
    name = door.receipt(subject(), record("follow_up", "F1", version=1, date="2024-03-01"))["records"][1]["resources"][
        0
    ]
    door.send(record("follow_up", "F1", version=2, date="2024-03-02"))
    first, second = door.get(f"/fhir/{name}/_history/1"), door.get(f"/fhir/{name}/_history/2")
    assert (first.headers["etag"], second.headers["etag"]) == ('W/"1"', 'W/"2"')
    assert first.json()["effectiveDateTime"] == "2024-03-01"
    assert door.get(f"/fhir/{name}").content == second.content
    fresh = door.request("GET", f"/fhir/{name}", headers={"if-none-match": 'W/"2"'})
    assert (fresh.status_code, fresh.content) == (304, b"")
    history = door.get(f"/fhir/{name}/_history").json()
    assert [entry["resource"]["meta"]["versionId"] for entry in history["entry"]] == ["2", "1"]
    assert door.get(f"/fhir/{name}/_history/3").status_code == 404
