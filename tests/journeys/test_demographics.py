"""Demographics of a hospital's own system beside the trial's subject record: neither hides what the other says."""

from itertools import permutations

import pytest

from tests.journeys.door import Door, Raw, record, subject

TRIAL = subject(consent_date="2026-01-05", strata={"dose_level": "DL1"}, state="on-study", state_date="2026-01-06")
BIRTH = record("subject", "birth", source="adt", birth_date="1970-04-01")
SEX = record("subject", "sex", source="adt", sex="female")


@pytest.mark.parametrize("order", list(permutations((TRIAL, BIRTH, SEX))))
def test_each_field_counts_whoever_says_it_and_whenever(service: Door, order: tuple[Raw, ...]) -> None:
    for one in order:
        assert service.send(one).status_code == 201
    assert service.status("A-001")["consent"]["date"] == "2026-01-05"
    patient, of_the_study = (
        service.get(f"/fhir/{name}").json()["entry"][0]["resource"] for name in ("Patient", "ResearchSubject")
    )
    assert (patient["gender"], patient["birthDate"]) == ("female", "1970")
    assert of_the_study["status"] == "on-study"
    assert of_the_study["assignedArm"] == "DL1"


def test_what_is_taken_back_is_gone_and_the_rest_stays(service: Door) -> None:
    service.send(TRIAL, BIRTH, SEX)
    service.send(BIRTH | {"status": "entered-in-error", "recorded": "2026-02-01"})
    patient = service.get("/fhir/Patient").json()["entry"][0]["resource"]
    assert patient["gender"] == "female" and "birthDate" not in patient
    assert service.status("A-001")["consent"]["date"] == "2026-01-05"
