"""Diagnoses, GVHD, disease assessments, contacts and deaths as hospitals send them.

https://hl7.org/fhir/us/mcode/ ; http://hl7.org/fhir/us/core/
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.interop.fhir.read import read

from .hospital import (
    ICD10CM,
    INTERPRETATION,
    LOINC,
    NCIT,
    OURS,
    SNOMED,
    Json,
    concept,
    condition,
    observation,
    patient,
    quantity,
    reason,
    record,
    records,
)

APRIL = "2024-04-01"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
MRD = concept((OURS, "mrd"))


def verified(code: str) -> Json:
    return concept((VERIFICATION, code))


@pytest.mark.parametrize(
    ("system", "code"), [(SNOMED, "277571004"), (ICD10CM, "C91.00"), (ICD10CM, "C91.02"), (SNOMED, "91856007")]
)
def test_a_leukaemia(system: str, code: str) -> None:
    sent = condition(
        concept((system, code), text="B-ALL"),
        extension=[{"url": ASSERTED, "valueDateTime": "2022-05"}],
        recordedDate="2022-06-01",
        onsetDateTime="2022-01",
    )
    assert record(sent) == {
        "type": "disease",
        "status": "final",
        "recorded": "2022-06-01",
        "diagnosis_date": "2022-05",
        "diagnosis": {"system": system, "code": code, "text": "B-ALL"},
    }


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (condition(concept((SNOMED, "38341003"), text="Hypertension")), "leukaemia"),
        (condition(concept((ICD10CM, "D89.813"))), "acute or chronic"),
        (condition(concept((ICD10CM, "C91.00")), verificationStatus=concept((VERIFICATION, "refuted"))), "confirmed"),
        (
            condition(concept((ICD10CM, "D89.810")), verificationStatus=concept((VERIFICATION, "provisional"))),
            "confirm",
        ),
    ],
)
def test_what_is_no_condition_of_the_trial(resource: Json, told: str) -> None:
    assert told in reason(resource)


def gvhd(kind: str, **fields: Any) -> Json:
    return {"type": "gvhd", "status": "final", "kind": kind, **fields}


@pytest.mark.parametrize(
    ("system", "code", "kind"),
    [
        (SNOMED, "402355000", "acute"),
        (ICD10CM, "D89.810", "acute"),
        (NCIT, "C4980", "acute"),
        (SNOMED, "402356004", "chronic"),
        (ICD10CM, "D89.811", "chronic"),
    ],
)
def test_a_gvhd_by_its_condition(system: str, code: str, kind: str) -> None:
    sent = condition(concept((system, code)), onsetPeriod={"start": "2024-03"}, abatementDateTime="2024-05-01")
    sent["clinicalStatus"] = concept(("http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"))
    assert record(sent) == gvhd(kind, onset="2024-03", end="2024-05-01")


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        ({"valueInteger": 3}, "III"),
        ({"valueCodeableConcept": concept((OURS, "gvhd-grade-II"))}, "II"),
        ({"valueCodeableConcept": concept(text="IV")}, "IV"),
    ],
)
def test_a_grade_is_one_with_the_condition_that_it_points_to(value: Json, grade: str) -> None:
    focus = [{"reference": "Condition/c"}]
    told = observation(concept((OURS, "acute-gvhd-grade")), focus=focus, **value)
    assert record(told, condition(concept((ICD10CM, "D89.810")))) == gvhd("acute", grade=grade)


def test_a_grade_in_error_does_not_count() -> None:
    focus = [{"reference": "Condition/c"}]
    told = observation(concept((OURS, "acute-gvhd-grade")), focus=focus, valueInteger=3, status="entered-in-error")
    assert gvhd("acute") in records(told, condition(concept((ICD10CM, "D89.810"))))


def test_a_grade_that_the_condition_has_as_evidence() -> None:
    known = condition(concept((ICD10CM, "D89.811")), evidence=[{"detail": [{"reference": "Observation/o"}]}])
    told = observation(concept((NCIT, "C225388")), valueCodeableConcept=concept(text="moderate"))
    assert record(known, told) == gvhd("chronic", severity="moderate")


def test_a_grade_alone_is_an_episode_that_had_it_on_that_day() -> None:
    organs = [{"code": concept((OURS, "gvhd-organ-skin")), "valueInteger": 2}]
    told = observation(concept((OURS, "acute-gvhd-grade")), valueInteger=2, component=organs)
    assert record(told) == gvhd("acute", grade="II", grade_history=[{"date": APRIL, "grade": "II"}], stages={"skin": 2})
    organs[0]["code"] = concept((OURS, "gvhd-organ-mouth"))
    assert record(told)["organ_scores"] == {"mouth": 2}


def test_an_organ_of_a_chronic_gvhd_has_a_score() -> None:
    organs = [{"code": concept((OURS, "gvhd-organ-skin")), "valueInteger": 2}]
    told = observation(concept((NCIT, "C225388")), valueInteger=3, component=organs)
    assert (record(told)["severity"], record(told)["organ_scores"]) == ("severe", {"skin": 2})
    organs[0]["code"] = concept((OURS, "gvhd-organ-skin"), (OURS, "gvhd-stage"))
    assert record(told)["stages"] == {"skin": 2}


def assessment(**fields: Any) -> Json:
    return {"type": "disease_assessment", "status": "final", "date": APRIL, **fields}


@pytest.mark.parametrize(
    ("value", "response"),
    [
        (concept((NCIT, "C4870")), "CR"),
        (concept((OURS, "CRi")), "CRi"),
        (concept((NCIT, "C38155")), "relapse"),
        (concept(text="Complete remission"), "CR"),
    ],
)
def test_a_remission_status(value: Json, response: str) -> None:
    sent = observation(concept((LOINC, "97509-4")), valueCodeableConcept=value)
    assert record(sent) == assessment(response=response)


def test_a_trend_is_no_remission_status() -> None:
    worse = concept((SNOMED, "271299001"), display="Patient's condition worsened (finding)")
    assert "disease status" in reason(observation(concept((LOINC, "97509-4")), valueCodeableConcept=worse))


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        (concept((LOINC, "11150-0")), {"valueQuantity": quantity(Decimal("13.20"), "%")}, "marrow_blasts_pct"),
        (concept((LOINC, "26446-5")), {"valueQuantity": quantity(Decimal("13.20"), "%")}, "blood_blasts_pct"),
    ],
)
def test_blasts_alone(code: Json, value: Json, expected: str) -> None:
    assert record(observation(code, **value)) == assessment(**{expected: Decimal("13.20")})


@pytest.mark.parametrize(
    ("value", "mrd"),
    [
        ({"valueCodeableConcept": concept((INTERPRETATION, "POS"))}, {"result": "positive"}),
        ({"valueCodeableConcept": concept((SNOMED, "260385009"))}, {"result": "negative"}),
        ({"valueQuantity": quantity(Decimal("0.010"), "%", comparator="<")}, {"level": "<0.010 %"}),
        ({"valueQuantity": {"value": Decimal("0.0001")}}, {"level": Decimal("0.0001")}),
        ({"valueCodeableConcept": concept(text="detected"), "method": concept(text="RQ-PCR")}, "positive by PCR"),
    ],
)
def test_residual_disease_alone(value: Json, mrd: Any) -> None:
    expected = {"result": "positive", "method": "PCR"} if mrd == "positive by PCR" else mrd
    assert record(observation(MRD, **value)) == assessment(mrd=expected)


def test_chimerism_has_a_lineage() -> None:
    share = {"valueQuantity": quantity(99, "%")}
    sorted_ = concept((OURS, "chimerism"), (OURS, "chimerism-lineage-CD3"))
    assert record(observation(sorted_, **share)) == assessment(chimerism=[{"lineage": "CD3", "donor_pct": 99}])
    assert reason(observation(concept((OURS, "chimerism")), **share))


def test_chimerism_of_several_lineages_is_one_list() -> None:
    """A share of cells that nobody named is none of them, and does not spoil the rest."""
    lineages = [(("chimerism-lineage-CD3",), "c1"), (("chimerism-lineage-CD33",), "c2"), ((), "c3")]
    shares = [
        {**observation(concept((OURS, "chimerism"), *((OURS, name) for name in names))), "id": one}
        for names, one in lineages
    ]
    for number, share in enumerate(shares):
        share["valueQuantity"] = quantity(90 + number, "%")
    members = [{"reference": f"Observation/{one}"} for _, one in lineages]
    status = observation(concept((LOINC, "97509-4")), hasMember=members)
    (reading,), (unused,) = read([*shares, status])
    assert reading.record["chimerism"] == [
        {"lineage": "CD3", "donor_pct": 90},
        {"lineage": "CD33", "donor_pct": 91},
    ]
    assert [member.role for member in reading.members] == ["", "chimerism:CD3", "chimerism:CD33"]
    assert unused.id == "c3"


def held(**status: Any) -> list[Json]:
    members = [{"reference": "Observation/m"}, {"reference": "Observation/elsewhere"}]
    code, found = concept((LOINC, "97509-4")), concept((NCIT, "C4870"))
    positive = concept((INTERPRETATION, "POS"))
    return [
        {**observation(MRD, valueCodeableConcept=positive), "id": "m", **status},
        observation(code, valueCodeableConcept=found, hasMember=members),
    ]


def test_findings_are_one_with_the_status_that_holds_them() -> None:
    readings, _ = read(held())
    (reading,) = readings
    assert reading.record == assessment(response="CR", mrd={"result": "positive"})
    assert [(member.id, member.role) for member in reading.members] == [("o", ""), ("m", "mrd")]


def test_a_finding_in_error_does_not_count() -> None:
    found = records(*held(status="entered-in-error"))
    assert assessment(response="CR") in found
    assert {**assessment(mrd={"result": "positive"}), "status": "entered-in-error"} in found


def follow_up(**fields: Any) -> Json:
    return {"type": "follow_up", "status": "final", "date": APRIL, **fields}


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        (concept((LOINC, "89247-1")), {"valueInteger": 1}, {"ecog": 1}),
        (concept((LOINC, "89243-0")), {"valueQuantity": quantity(90, "{score}")}, {"karnofsky": 90}),
        (concept(text="Vital status"), {"valueCodeableConcept": concept((SNOMED, "438949009"))}, {"alive": True}),
        (concept((LOINC, "67162-8")), {"valueCodeableConcept": concept((NCIT, "C28554"))}, {"alive": False}),
        (concept((OURS, "vital-status")), {"valueCodeableConcept": concept((SNOMED, "18632008"))}, {"alive": False}),
        (concept((OURS, "vital-status")), {"valueCodeableConcept": concept((SNOMED, "399307001"))}, {"lost": True}),
    ],
)
def test_contacts(code: Json, value: Json, expected: Json) -> None:
    assert record(observation(code, **value)) == follow_up(**expected)


def test_a_score_out_of_range_makes_no_record() -> None:
    assert "ecog" in reason(observation(concept((LOINC, "89247-1")), valueInteger=7))


def test_a_vital_status_that_is_not_known() -> None:
    assert "vital status" in reason(observation(concept(text="Vital status"), valueCodeableConcept=concept(text="?")))


def death(**fields: Any) -> Json:
    cause = {"code": concept((SNOMED, "184305005")), "valueCodeableConcept": concept(text="sepsis")}
    event = concept((SNOMED, "419620001"))
    sent = observation(concept((OURS, "vital-status")), valueCodeableConcept=event, component=[cause], **fields)
    return {name: value for name, value in sent.items() if value is not None}


def test_a_death_is_the_event_and_may_have_no_date() -> None:
    assert record(death()) == {"type": "death", "status": "final", "date": APRIL, "cause": "infection"}
    assert record(death(effectiveDateTime=None)) == {"type": "death", "status": "final", "cause": "infection"}


def test_the_observation_of_a_death_says_more_than_the_patient() -> None:
    readings, unused = read([death(), patient(deceasedDateTime="2024-04")])
    assert [(reading.record["type"], reading.members[0].type) for reading in readings] == [("death", "Observation")]
    assert [item.type for item in unused] == ["Patient"]


def test_another_patient_s_death_says_nothing_of_this_one() -> None:
    other = death(subject={"reference": "Patient/other"})
    assert {"type": "death", "status": "final"} in records(other, patient(deceasedBoolean=True))
