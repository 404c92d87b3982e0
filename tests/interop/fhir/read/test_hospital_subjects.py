"""Patients and ResearchSubjects as hospitals send them.

https://hl7.org/fhir/us/core/StructureDefinition-us-core-patient.html
"""

from __future__ import annotations

import pytest

from app.interop.fhir.read import read

from .hospital import Json, concept, patient, reason, record, records, research_subject

KINDS = "http://terminology.hl7.org/CodeSystem/v2-0203"
SOCIAL = {"type": concept((KINDS, "SS")), "value": "999"}
MEDICAL = {"type": concept((KINDS, "MR")), "value": "M-1"}
PERIOD = {"start": "2024-01-01", "end": "2025-01-01"}
GAP = {"extension": [{"url": "http://example.org/why", "valueString": "withheld"}]}


def test_a_subject_with_its_identity() -> None:
    known = patient(
        gender="female",
        birthDate="1980-02-03",
        name=[{"use": "nickname", "given": ["Bo"]}, {"use": "official", "family": "Doe", "given": ["Jane", "B"]}],
        identifier=[SOCIAL, MEDICAL],
    )
    readings, unused = read([research_subject("on-study", period={"start": "2024-01-01"}, actualArm="DL1"), known])
    (reading,) = readings
    assert unused == []
    assert (reading.number, reading.site, reading.study) == ("A-1", None, "s")
    assert [(member.type, member.role) for member in reading.members] == [("ResearchSubject", ""), ("Patient", "")]
    assert reading.record == {
        "type": "subject",
        "status": "final",
        "mrn": "M-1",
        "family_name": "Doe",
        "given_name": "Jane B",
        "birth_date": "1980-02-03",
        "sex": "female",
        "consent_date": "2024-01-01",
        "state": "on-study",
        "strata": {"dose_level": "DL1"},
    }


def test_a_number_of_another_kind_is_no_medical_record_number() -> None:
    assert "mrn" not in record(research_subject("on-study"), patient(identifier=[SOCIAL]))


def test_a_name_with_a_gap() -> None:
    known = patient(name=[{"family": "Doe", "given": [None, "B"], "_given": [GAP, None]}])
    assert record(research_subject("on-study"), known)["given_name"] == "B"


def test_a_patient_without_a_subject() -> None:
    assert reason(patient()) == "no ResearchSubject refers to it yet"


@pytest.mark.parametrize(
    ("said", "date"), [({"deceasedDateTime": "2024"}, {"date": "2024"}), ({"deceasedBoolean": True}, {})]
)
def test_a_death_of_which_the_patient_tells(said: Json, date: Json) -> None:
    assert record(patient(**said)) == {"type": "death", "status": "final", **date}


def test_a_withdrawal() -> None:
    assert record(research_subject("withdrawn", period=PERIOD))["withdrawal"] == {"date": "2025-01-01"}


@pytest.mark.parametrize("died", [None, "2025-06-01"])
def test_the_end_of_the_study(died: str | None) -> None:
    known = patient(**({"deceasedDateTime": died} if died else {}))
    found = [
        item for item in records(research_subject("off-study", period=PERIOD), known) if item["type"] == "end_of_study"
    ]
    assert found == [{"type": "end_of_study", "status": "final", "date": "2025-01-01"}]


@pytest.mark.parametrize("said", [{"deceasedDateTime": "2025-01-01"}, {"deceasedBoolean": True}])
def test_a_death_that_ended_the_study_is_no_other_end(said: Json) -> None:
    found = records(research_subject("off-study", period=PERIOD), patient(**said))
    assert sorted(item["type"] for item in found) == ["death", "subject"]
