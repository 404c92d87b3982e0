"""The finer points of the other writers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.domain.terms import Quantity
from app.interop.fhir.disease_assessment import level
from app.interop.fhir.doses import dose_quantity
from app.interop.fhir.draft import Draft
from app.interop.fhir.write import write

from .samples import CONTEXT, record


def written(**fields: Any) -> list[Draft]:
    return write(record(**fields), CONTEXT)


def concept(draft: Draft, element: str = "valueCodeableConcept") -> str:
    code: str = draft.body[element]["coding"][0]["code"]
    return code


@pytest.mark.parametrize(
    ("sent", "written_as"),
    [
        ("2024-03-01T10:00+01:00", "2024-03-01T10:00:00+01:00"),
        ("2024-03-01T10:00Z", "2024-03-01T10:00:00Z"),
        ("2024-03-01T10:00-05:00", "2024-03-01T10:00:00-05:00"),
        ("2024-03-01T10:00:30.250+01:00", "2024-03-01T10:00:30.250+01:00"),
        ("2024-03-01", "2024-03-01"),
        ("2024-03", "2024-03"),
        ("2024", "2024"),
    ],
)
def test_dates_are_kept_and_times_get_their_seconds(sent: str, written_as: str) -> None:
    assert written(type="therapy", date=sent)[0].body["performedDateTime"] == written_as


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("completed", "completed"), ("stopped", "stopped"), ("not-done", "not-done"), (None, "unknown")],
)
def test_an_infusion_has_the_status_of_its_outcome(outcome: str | None, status: str) -> None:
    procedure, administration, _ = written(type="infusion", start="2024-03-01", outcome=outcome)
    assert (procedure.body["status"], administration.body["status"]) == (status, status)


def test_a_route_without_a_dose_makes_no_dosage() -> None:
    """mad-1: a dosage needs a dose or a rate."""
    assert "dosage" not in written(type="infusion", start="2024-03-01", route="intravenous")[1].body


@pytest.mark.parametrize(
    ("value", "unit", "weight", "number", "code"),
    [
        ("2.00", "10^6/kg", None, "2.00", "10*6/kg"),
        ("200000", "cells/kg", None, "0.2", "10*6/kg"),
        ("2e6", "cells/kg", None, "2", "10*6/kg"),
        ("12345678901234567890123456789.123", "cells/kg", None, "12345678901234567890123.456789123", "10*6/kg"),
        ("140", "10^6 cells", "70", "2", "10*6/kg"),
        ("100", "10^6 cells", "30", "3.33333333333333333", "10*6/kg"),
        ("140", "10^6 cells", None, "140", "10*6"),
        ("0", "cells/kg", None, "0", "10*6/kg"),
    ],
)
def test_doses_are_exact(value: str, unit: str, weight: str | None, number: str, code: str) -> None:
    found = dose_quantity(Quantity(value=Decimal(value), unit=unit), None if weight is None else Decimal(weight))
    assert found is not None
    assert (str(found["value"]), found["code"]) == (number, code)


def test_a_dose_in_an_unknown_unit_is_not_written() -> None:
    assert dose_quantity(Quantity(value=Decimal(1), unit="bags of Mr Example"), Decimal(70)) is None


@pytest.mark.parametrize(
    ("text", "number", "comparator", "code"),
    [
        ("<1e-4", "0.0001", "<", None),
        ("10^-4", "0.0001", None, None),
        ("≤ 0.010 %", "0.010", "<=", "%"),
        ("5", "5", None, None),
        ("≥5", "5", ">=", None),
        (">= 5", "5", ">=", None),
    ],
)
def test_levels_of_residual_disease_are_numbers(
    text: str, number: str, comparator: str | None, code: str | None
) -> None:
    found = level(text)
    assert found is not None
    assert Decimal(str(found["value"])) == Decimal(number)
    assert (found.get("comparator"), found.get("code")) == (comparator, code)


@pytest.mark.parametrize("text", ["not quantifiable", "Mr Example", "1 of 2", "0.01 ng"])
def test_a_level_in_words_is_not_written(text: str) -> None:
    assert level(text) is None


def test_chimerism_of_one_lineage_twice_has_two_roles() -> None:
    shares = [
        {"lineage": "CD3", "donor_pct": 99},
        {"lineage": "T cells", "donor_pct": 97},
        {"lineage": "?", "donor_pct": 1},
    ]
    drafts = written(type="disease_assessment", date="2024-03-01", chimerism=shares)
    assert [draft.role for draft in drafts] == ["", "chimerism:CD3", "chimerism:CD3:2"]


def test_an_assessment_without_a_response_says_that_it_is_unknown() -> None:
    status, *_ = written(type="disease_assessment", date="2024-03-01", marrow_blasts_pct=Decimal("2.0"))
    assert status.body["dataAbsentReason"]["coding"][0]["code"] == "unknown"


def test_relapse_sites_are_components() -> None:
    (status,) = written(
        type="disease_assessment", date="2024-03-01", response="relapse", relapse_sites=["marrow", "mrd"]
    )
    assert [part["valueCodeableConcept"]["coding"][0]["code"] for part in status.body["component"]] == [
        "14016003",
        "relapse-site-mrd",
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"alive": True}, "438949009"),
        ({}, "438949009"),
        ({"alive": False}, "18632008"),
        ({"ecog": 5}, "18632008"),
        ({"lost": True}, "399307001"),
    ],
)
def test_vital_status_of_a_contact(fields: dict[str, Any], code: str) -> None:
    assert concept(written(type="follow_up", date="2024-03-01", **fields)[0]) == code


def test_a_death_without_a_date_is_still_a_death() -> None:
    (death,) = written(type="death")
    assert concept(death) == "419620001"
    assert "effectiveDateTime" not in death.body


@pytest.mark.parametrize(
    ("source", "donor", "code"),
    [
        ("PBSC", "haploidentical", "425843001"),
        ("BM", "matched-sibling", "58390007"),
        ("BM", "mismatched-unrelated", "234335003"),
        ("cord", None, "234336002"),
        (None, None, "234336002"),
    ],
)
def test_transplants_have_the_allogeneic_codes(source: str | None, donor: str | None, code: str) -> None:
    (transplant,) = written(type="transplant", date="2023-11-20", graft_source=source, donor_type=donor)
    assert concept(transplant, "code") == code


@pytest.mark.parametrize(
    ("kind", "status"),
    [("car-t", "completed"), ("transplant", "completed"), ("chemotherapy", "unknown"), (None, "unknown")],
)
def test_a_course_of_treatment_has_only_begun(kind: str | None, status: str) -> None:
    assert written(type="therapy", date="2024-03-01", kind=kind)[0].body["status"] == status


def test_gvhd_without_a_grade_is_a_condition_alone() -> None:
    assert [draft.type for draft in written(type="gvhd", kind="chronic", onset="2024-03-01")] == ["Condition"]


def test_a_grade_that_the_history_does_not_date_has_no_date() -> None:
    history = [{"date": "2024-03-01", "grade": "I"}]
    _, grade = written(type="gvhd", kind="acute", onset="2024-03-01", grade="III", grade_history=history)
    assert "effectiveDateTime" not in grade.body


def test_organ_scores_of_unknown_organs_are_not_written() -> None:
    _, scores = written(type="gvhd", kind="chronic", organ_scores={"eyes": 2, "Mr Example": 3})
    assert [part["valueInteger"] for part in scores.body["component"]] == [2]


def test_a_lab_value_in_an_unknown_unit_is_withheld() -> None:
    (lab,) = written(type="lab", test="ANC", collected="2024-03-01", value=Decimal("1.5"), unit="furlongs", low=1)
    assert lab.body["dataAbsentReason"]["coding"][0]["code"] == "masked"
    assert "referenceRange" not in lab.body


def test_an_unknown_test_is_not_named() -> None:
    (lab,) = written(type="lab", test="Example assay", collected="2024-03-01", value=Decimal("1.5"))
    assert lab.body["code"]["text"] == "test not in the code table"
