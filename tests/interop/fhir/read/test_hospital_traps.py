"""What is easily misread in the resources of hospitals.

https://hl7.org/fhir/R4/observation.html#gr-comp ; docs/fhir-reading.md
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from .hospital import (
    INTERPRETATION,
    LOINC,
    NCIT,
    OURS,
    SNOMED,
    Json,
    concept,
    observation,
    patient,
    procedure,
    quantity,
    reason,
    record,
    records,
)

VITAL, ALIVE, DEAD = concept((OURS, "vital-status")), concept((SNOMED, "438949009")), concept((SNOMED, "419620001"))
AUTOLOGOUS = [(SNOMED, "425983008"), (SNOMED, "58776007"), (NCIT, "C16039")]


@pytest.mark.parametrize(("test", "code"), [("BLASTS_BLOOD", "709-6"), ("BLASTS_MARROW", "11150-0")])
def test_our_own_name_of_a_test_is_a_laboratory_result(test: str, code: str) -> None:
    """It stands where the hospital sent a laboratory result, which a write of the same resource must not turn."""
    sent = observation(concept((OURS, test), (LOINC, code)), valueQuantity=quantity(5, "%"))
    told = {"type": "lab", "status": "final", "test": test, "collected": "2024-04-01", "value": 5, "unit": "%"}
    assert record(sent) == told


def test_a_level_of_residual_disease_with_its_interpretation() -> None:
    level = quantity(Decimal("0.02"), "%")
    found = observation(concept((OURS, "mrd")), valueQuantity=level, interpretation=[concept((INTERPRETATION, "POS"))])
    assert record(found)["mrd"] == {"result": "positive", "level": "0.02 %"}


def test_a_finding_that_is_the_code_itself() -> None:
    assert record(observation(ALIVE)) == {"type": "follow_up", "status": "final", "date": "2024-04-01", "alive": True}
    assert record(observation(DEAD)) == {"type": "death", "status": "final", "date": "2024-04-01"}


@pytest.mark.parametrize("code", [ALIVE, DEAD])
@pytest.mark.parametrize("denied", [{"valueBoolean": False}, {"_valueBoolean": {"extension": []}}])
def test_a_finding_with_a_value_may_be_denied(code: Json, denied: Json) -> None:
    assert reason(observation(code, **denied))


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_a_death_that_was_taken_back_does_not_hide_the_one_that_the_patient_tells(status: str) -> None:
    told = observation(VITAL, status=status, valueCodeableConcept=DEAD)
    found = records(told, patient(deceasedDateTime="2024-04"))
    final = [item for item in found if item["status"] == "final"]
    assert final == [{"type": "death", "status": "final", "date": "2024-04"}]


@pytest.mark.parametrize("code", AUTOLOGOUS)
def test_an_autologous_transplant_whatever_stands_beside_its_code(code: tuple[str, str]) -> None:
    for_relapse = [concept(text="treatment of relapse")]
    assert "autologous" in reason(procedure(concept(code, text="HSCT"), reasonCode=for_relapse))
    assert "autologous" in reason(procedure(concept((SNOMED, "234336002"), code), reasonCode=for_relapse))


def test_an_autologous_product_is_no_autologous_transplant() -> None:
    cells = concept((SNOMED, "1156961008"), text="Autologous CAR-T cells")
    assert record(procedure(cells))["kind"] == "car-t"
