"""FHIR at the records' door: a hospital's own system pushes what it has, and the trial takes what is its own.

docs/fhir-intake.md
"""

import json
from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, subject

from .ehr import (
    BASE,
    FHIR,
    MRN_SYSTEM,
    Json,
    anc,
    bundle,
    counts,
    full_url,
    infusion,
    patient,
    push,
    received,
    research_subject,
    results,
    stamped,
)

ENCOUNTER = {"resourceType": "Encounter", "id": "e-1", "status": "finished", "class": {"code": "IMP"}}
WHOLE = (patient(), research_subject(), infusion(), anc("o-1"))


def test_a_bundle_becomes_records_and_what_is_of_no_use_says_why(door: Door) -> None:
    answer = push(door, bundle(*WHOLE, ENCOUNTER, anc("o-2", status="done")))
    assert answer.status_code == 201
    receipt = answer.json()
    assert counts(receipt) == (3, 0, 0, 0, 1, 1)
    assert [(line["index"], line["place"]) for line in receipt["records"]] == [
        (1, "Bundle.entry[1].resource"),
        (2, "Bundle.entry[2].resource"),
        (3, "Bundle.entry[3].resource"),
        (5, "Bundle.entry[5].resource"),
    ]
    assert receipt["unused"] == [
        {"place": "Bundle.entry[4].resource", "reason": "the trial makes no record of this type of resource"}
    ]
    (issue,) = receipt["records"][3]["issues"]
    assert (issue["path"], issue["place"]) == ("records[5]", "Bundle.entry[5].resource.status")
    assert results(door) == [("2024-03-05", 0.3)]
    assert door.status("A-001")["infusion"]["date"] == "2024-03-01"
    assert door.rebuilt().different == 0


def test_a_resend_changes_nothing_and_says_the_same(door: Door) -> None:
    first = received(door, *WHOLE)
    seq = door.seq()
    again = received(door, *WHOLE)
    assert counts(again) == (0, 0, 3, 0, 0, 0)
    assert [(line["index"], line["id"]) for line in again["records"]] == [
        (line["index"], line["id"]) for line in first["records"]
    ]
    assert (again["receipt"], door.seq()) == (first["receipt"], seq)
    # In another payload too.
    assert counts(received(door, anc("o-1"))) == (0, 0, 1, 0, 0, 0)


def test_the_clients_json_is_kept(door: Door) -> None:
    odd = anc("o-1", note=[{"text": "drawn late"}], performer=[{"reference": "Practitioner/9"}])
    body = json.dumps(bundle(patient(), research_subject(), odd)).replace("0.3", "0.300").encode()
    line = push(door, body).json()["records"][1]
    found = door.get(f"/fhir/{line['resources'][0]}")
    assert b'"value":0.300' in found.content
    served = found.json()
    assert (served["note"], served["performer"]) == (odd["note"], odd["performer"])
    coded = door.request("GET", f"/fhir/{line['resources'][0]}", headers={"prefer": "view=coded"}).json()
    assert "note" not in coded and coded["valueQuantity"]["value"] == 0.3


def test_a_later_bundle_joins_an_earlier_one(door: Door) -> None:
    received(door, patient(), research_subject())
    assert counts(received(door, anc("o-1"))) == (1, 0, 0, 0, 0, 0)
    assert counts(received(door, anc("o-2", of=f"{BASE}/Patient/1", day="2024-03-06"))) == (1, 0, 0, 0, 0, 0)
    assert len(results(door)) == 2


def test_two_hospitals_patients_of_one_id_never_meet(door: Door) -> None:
    door.put_study(STUDY, "A", "B")
    received(door, patient(), research_subject(), anc("o-1", 0.3))
    received(door, patient(mrn="OTHER"), research_subject(number="B-001"), anc("o-1", 0.9), site="B")
    assert (results(door, "A-001"), results(door, "B-001")) == ([("2024-03-05", 0.3)], [("2024-03-05", 0.9)])
    assert counts(received(door, anc("o-9"), site="C")) == (0, 0, 0, 0, 1, 0)


def test_who_is_nobodys_in_the_trial_is_held_and_not_served(door: Door) -> None:
    receipt = received(door, patient("9", "MRN-9"), anc("o-9", of="Patient/9"))
    assert counts(receipt) == (0, 0, 0, 2, 0, 0)
    assert receipt["records"][1]["issues"][0]["place"] == "Bundle.entry[1].resource.subject"
    for type_ in ("Patient", "Observation"):
        assert door.get(f"/fhir/{type_}").json().get("entry", []) == []
    assert len(door.quarantine()) == 2


def test_what_was_held_is_taken_when_the_patient_is_a_subject(door: Door) -> None:
    received(door, patient("9", "MRN-9"), anc("o-9", of="Patient/9"))
    received(door, anc("o-8", 0.8, of="Patient/9"))
    receipt = received(door, research_subject("9", "A-009"))
    assert counts(receipt) == (1, 0, 0, 0, 0, 0)
    assert results(door, "A-009") == [("2024-03-05", 0.3), ("2024-03-05", 0.8)]
    assert door.quarantine() == []
    assert len(door.quarantine(cleared=True)) == 3
    assert door.rebuilt().different == 0


@pytest.mark.parametrize("number_first", [True, False])
def test_a_hospital_that_says_who_it_means_by_number_alone(door: Door, number_first: bool) -> None:
    registered = subject("A-001", mrn="MRN-7", consent_date="2024-02-01")
    if number_first:
        door.send(registered)
    receipt = received(door, patient(deceasedDateTime="2024-05-06"), infusion(), anc("o-1"))
    assert counts(receipt) == ((3, 0, 0, 0, 0, 0) if number_first else (0, 0, 0, 3, 0, 0))
    if not number_first:
        door.send(registered)
    assert results(door) == [("2024-03-05", 0.3)]
    assert [(row["status"], row["days"]) for row in door.rows("OS")["rows"]] == [("event", 66)]
    assert counts(received(door, anc("o-2", 0.4, "2024-03-06"))) == (1, 0, 0, 0, 0, 0)
    (listed,) = door.get(f"/studies/{STUDY}/subjects").json()["subjects"]
    served = door.get("/fhir/Observation", patient=listed["patient"], code="26499-4").json()
    assert len(served["entry"]) == 2
    assert door.rebuilt().different == 0


def by_identifier(**elements: Any) -> Json:
    return {"identifier": {"system": MRN_SYSTEM, "value": "MRN-7"}, **elements}


@pytest.mark.parametrize(
    "reference",
    [
        by_identifier(),
        by_identifier(type="Patient"),
        {"reference": f"Patient?identifier={MRN_SYSTEM}|MRN-7"},
        {"reference": "#p"},
        {"reference": "urn:uuid:6b5a0a29-8f3d-4a5e-9c0e-1d2f3a4b5c6d"},
        {"reference": "Patient/1/_history/3"},
    ],
    ids=["identifier", "identifier and type", "conditional", "contained", "urn:uuid", "versioned"],
)
def test_every_way_to_refer_to_a_patient(service: Door, reference: Json) -> None:
    who = {key: value for key, value in patient().items() if key != "id"} if "urn" in str(reference) else patient()
    full = reference.get("reference", "") if "urn" in str(reference) else full_url(patient())
    contained = {"contained": [{**patient(), "id": "p"}]} if reference.get("reference") == "#p" else {}
    service.send(subject("A-001", mrn="MRN-7"))
    result = anc("o-1", **contained) | {"subject": reference}
    entries = [{"fullUrl": full, "resource": who}, {"resource": result}]
    receipt = push(service, {"resourceType": "Bundle", "type": "batch", "entry": entries}).json()
    assert results(service) == [("2024-03-05", 0.3)], receipt


def night(number: int) -> Json:
    """What an engine without ids sends: other `urn:uuid` each time, the same content."""
    urn = f"urn:uuid:00000000-0000-0000-0000-{number:012}"
    of = {"individual": {"reference": urn}}
    said = [patient(), research_subject() | of, anc("x", of=urn), anc("y", 0.4, "2024-03-06", urn)]
    without = [{name: value for name, value in one.items() if name != "id"} for one in said]
    entries: list[Json] = [{"resource": one} for one in without]
    entries[0]["fullUrl"] = urn
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_a_resource_without_an_id_is_the_same_when_it_is_sent_again(door: Door) -> None:
    assert counts(push(door, night(1)).json()) == (3, 0, 0, 0, 0, 0)
    assert counts(push(door, night(2)).json()) == (0, 0, 3, 0, 0, 0)
    assert len(results(door)) == 2


def test_an_older_version_that_comes_late_is_superseded(door: Door) -> None:
    received(door, *WHOLE[:3])
    newer = stamped(anc("o-1", 0.4), "2024-03-07T10:00:00Z", "2")
    older = stamped(anc("o-1", 0.3), "2024-03-06T10:00:00Z", "1")
    assert counts(received(door, newer)) == (1, 0, 0, 0, 0, 0)
    receipt = received(door, older)
    assert (counts(receipt), receipt["records"][0]["superseded"]) == ((0, 0, 1, 0, 0, 0), True)
    assert results(door) == [("2024-03-05", 0.4)]
    amended = received(door, stamped(anc("o-1", 0.5), "2024-03-07T10:00:00.001Z", "3"))
    assert counts(amended) == (0, 1, 0, 0, 0, 0)
    assert results(door) == [("2024-03-05", 0.5)]


@pytest.mark.parametrize("deletion_first", [True, False])
def test_a_deletion_retracts_whatever_the_order(door: Door, deletion_first: bool) -> None:
    received(door, *WHOLE[:3])
    told = {"status": "204", "lastModified": "2024-03-08T10:00:00Z", "etag": 'W/"2"'}
    entry = {"fullUrl": f"{BASE}/Observation/o-1", "request": {"method": "DELETE", "url": "Observation/o-1"}}
    history = {"resourceType": "Bundle", "type": "history", "entry": [{**entry, "response": told}]}
    result = bundle(stamped(anc("o-1"), "2024-03-06T10:00:00Z", "1"))
    receipts = [push(door, body).json() for body in ([history, result] if deletion_first else [result, history])]
    assert results(door) == []
    assert counts(receipts[1]) == ((0, 0, 1, 0, 0, 0) if deletion_first else (0, 1, 0, 0, 0, 0))
    assert counts(push(door, history).json())[:2] == (0, 0)


def test_what_was_entered_in_error_counts_no_more(door: Door) -> None:
    received(door, *WHOLE)
    wrong = anc("o-1", status="entered-in-error")
    assert counts(received(door, wrong)) == (0, 1, 0, 0, 0, 0)
    assert results(door) == []


def test_a_person_is_not_deleted_by_fhir(service: Door) -> None:
    received(service, *WHOLE)
    gone = {"request": {"method": "DELETE", "url": "Patient/1"}}
    receipt = push(service, {"resourceType": "Bundle", "type": "transaction", "entry": [gone]}).json()
    assert counts(receipt) == (0, 0, 0, 0, 1, 0)
    assert len(results(service)) == 1


def test_dry_run_and_atomic(door: Door) -> None:
    seq = door.seq()
    tried = push(door, bundle(*WHOLE), dry_run=True)
    assert (tried.status_code, counts(tried.json()), tried.json()["dry_run"]) == (200, (3, 0, 0, 0, 0, 0), True)
    assert door.seq() == seq and door.get("/fhir/Observation").json().get("entry", []) == []
    answer = push(door, bundle(*WHOLE, anc("o-2", status="done")), atomic=True)
    assert (answer.status_code, counts(answer.json())) == (422, (0, 0, 0, 0, 4, 0))
    assert door.get("/fhir/Observation").json().get("entry", []) == []
    assert push(door, bundle(*WHOLE), atomic=True).status_code == 201
    assert len(results(door)) == 1


def test_ndjson_and_one_resource_alone(door: Door) -> None:
    lines = [json.dumps(one) for one in (*WHOLE, bundle(anc("o-2", 0.4, "2024-03-06")))]
    body = "\n".join([*lines, "{", ""]).encode()
    receipt = push(door, body, kind="application/fhir+ndjson").json()
    assert counts(receipt) == (4, 0, 0, 0, 1, 0)
    assert [line["place"] for line in receipt["records"][-2:]] == ["line 5: Bundle.entry[0].resource", "line 6"]
    assert counts(push(door, anc("o-3", 0.5, "2024-03-07")).json()) == (1, 0, 0, 0, 0, 0)
    assert len(results(door)) == 3


R5_INFUSION = {
    "resourceType": "Procedure",
    "id": "inf",
    "status": "completed",
    "code": infusion()["code"],
    "subject": {"reference": "Patient/1"},
    "occurrenceDateTime": "2024-03-01",
}


@pytest.mark.parametrize("kind", [f"{FHIR}; fhirVersion=5.0", FHIR])
def test_r5_where_the_media_type_says_so_or_the_content_shows_it(door: Door, kind: str) -> None:
    joined = research_subject()
    whom = joined.pop("individual")
    progress = {"subjectState": {"coding": [{"code": "on-study"}]}, "startDate": "2024-02-01"}
    r5 = {**joined, "subject": whom, "status": "active", "progress": [progress]}
    receipt = push(door, bundle(patient(), r5, R5_INFUSION), kind=kind).json()
    assert counts(receipt) == (2, 0, 0, 0, 0, 0), receipt
    assert door.status("A-001")["infusion"]["date"] == "2024-03-01"
    named = push(door, bundle(R5_INFUSION), kind=f"{FHIR}; fhirVersion=4.0").json()
    assert named["records"][0]["issues"][0]["place"].startswith("Bundle.entry[0].resource")


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        (b"{", 400, None),
        (b"[]", 400, None),
        (b'{"resourceType": "Bundle", "type": "collection"}', 400, None),
        (b'{"resourceType": "Bundle", "entry": {}}', 422, "Bundle.entry"),
        (b'{"resourceType": "Bundle", "entry": [7]}', 422, "Bundle.entry[0]"),
        (b'{"resourceType": "Bundle", "entry": [{"resource": 7}]}', 422, "Bundle.entry[0].resource.resourceType"),
        (b'{"a": 1}', 422, "resource.resourceType"),
    ],
)
def test_what_is_no_fhir_is_told_and_kept(service: Door, body: bytes, status: int, place: str | None) -> None:
    answer = push(service, body)
    assert answer.status_code == status
    if place is not None:
        assert answer.json()["records"][0]["issues"][0]["place"] == place
    assert len(service.quarantine()) == 1
    assert push(service, body).status_code == status and len(service.quarantine()) == 1


def test_a_site_is_said_beside_it(service: Door) -> None:
    answer = service.post(json.dumps(bundle(*WHOLE)).encode(), FHIR)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, "site")
