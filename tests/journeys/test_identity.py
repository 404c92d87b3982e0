"""What identifies a person stays with the hospital: a canary in every identifying field, looked for in every answer."""

import logging
from collections.abc import Iterator

import pytest

from tests.journeys.door import STUDY, Door, Raw, record, subject

IDENTITY = {
    "mrn": "MRN-CANARY-4711",
    "family_name": "Canaryfamily",
    "given_name": "Canarygiven",
    "birth_date": "1981-07-23",
}
STRATA = {"age_class": "adult"}
WORDS = [b"canary", b"4711", b"1981-07-23", b"19810723", b"23.07.1981", b"07-23"]


def records() -> Iterator[Raw]:
    """One subject with every type of record; free text of the hospital names the patient, as free text does."""
    said = "seen with Canaryfamily, MRN-CANARY-4711"
    yield subject(**IDENTITY, sex="female", strata=STRATA, version=1)
    yield record("disease", "D1", diagnosis={"text": said})
    yield record("transplant", "T1", date="2023-11-20")
    yield record("infusion", "I1", start="2024-03-01", dose={"value": 2, "unit": "10*6/kg"}, dose_level="1")
    yield record("disease_assessment", "A1", date="2024-02-20", response="CR", mrd={"result": "negative"})
    yield record("adverse_event", "AE1", term=said, code={"text": said}, onset="2024-03-03", grade=3)
    yield record("gvhd", "G1", kind="acute", onset="2024-03-20", grade="III")
    yield record("lab", "L1", test="anc", collected="2024-03-05", value="<0.1", unit="10*9/L")
    yield record("follow_up", "F1", date="2024-04-01", ecog=1)
    yield record("therapy", "Y1", date="2024-05-01", kind="dli", text=said)
    yield record("death", "X1", date="2024-06", cause="relapse")
    yield record("end_of_study", "E1", date="2024-06-30", reason=said)


def questions(door: Door) -> Iterator[str]:
    study = f"/studies/{STUDY}"
    yield from ("/studies", study, f"{study}/subjects", f"{study}/subjects/A-001/status", f"{study}/queries")
    yield from (f"{study}/quarantine", f"{study}/quarantine?cleared=true", f"{study}/endpoints", "/fhir/metadata")
    for name in (each["id"] for each in door.get(f"{study}/endpoints").json()["endpoints"]):
        yield from (f"{study}/endpoints/{name}?group_by=age_class", f"{study}/endpoints/{name}/subjects")
    for reference in (door.study_reference(), door.status("A-001")["research_subject"]):
        yield f"/fhir/{reference}/$everything"
    for resource in door.everything(door.study_reference()):
        name = f"/fhir/{resource['resourceType']}/{resource['id']}"
        yield from (name, f"{name}/_history", f"{name}/_history/1")


def test_no_answer_names_the_patient(service: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    receipts = [service.send(*records())]
    corrected = subject(**IDENTITY, sex="male", strata=STRATA, version=2)
    for body in (corrected, {**corrected, "version": 1, "sex": "x"}, {**corrected, "version": 2, "sex": "other"}):
        receipts.append(service.send(body))
    assert [answer.status_code for answer in receipts] == [201, 201, 422, 422]
    asked = list(questions(service))
    assert len(asked) > 50
    answers = [(question, service.get(question)) for question in asked]
    for question, answer in [*answers, *(("receipt", receipt) for receipt in receipts)]:
        assert answer.status_code == 200 or question == "receipt", question
        found = [word for word in WORDS if word in answer.content.lower()]
        assert not found, question
    logged = caplog.text.encode().lower()
    assert not [word for word in WORDS if word in logged]


def test_the_patient_is_a_year_of_birth_and_a_code(service: Door) -> None:
    """Not even a day of birth that came as a date-time, or later, leaves."""
    service.send(subject(birth_date="1981-07-23T10:11:12.123456789+02:00"))
    patient = next(item for item in service.everything(service.study_reference()) if item["resourceType"] == "Patient")
    assert patient.get("birthDate") in (None, "1981")
    assert not {"name", "telecom", "address", "contact", "photo"} & set(patient)
