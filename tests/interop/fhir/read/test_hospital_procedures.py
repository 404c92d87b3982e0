"""Transplants, infusions and later therapies as hospitals send them.

https://hl7.org/fhir/us/core/StructureDefinition-us-core-procedure.html
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.interop.fhir.read import read

from .hospital import (
    LOINC,
    NCIT,
    OURS,
    PATIENT,
    SNOMED,
    Json,
    administration,
    concept,
    observation,
    procedure,
    quantity,
    reason,
    record,
    records,
)

CELLS = concept((NCIT, "C124644"))
MARCH = "2024-03-01"
TRANSPLANT = concept((SNOMED, "234336002"))


@pytest.mark.parametrize(
    ("code", "graft"),
    [
        (TRANSPLANT, {}),
        (concept((SNOMED, "425843001")), {"graft_source": "PBSC"}),
        (concept((SNOMED, "58390007"), (SNOMED, "234336002")), {"graft_source": "BM"}),
        (concept((SNOMED, "23719005")), {"graft_source": "BM"}),
        (concept((NCIT, "C46089")), {}),
    ],
)
def test_transplants(code: Json, graft: Json) -> None:
    assert record(procedure(code)) == {"type": "transplant", "status": "final", "date": MARCH, **graft}


@pytest.mark.parametrize(
    "code",
    [
        concept((SNOMED, "425983008")),
        concept((SNOMED, "58776007")),
        concept((SNOMED, "234336002"), (SNOMED, "58776007")),
        concept((SNOMED, "234336002"), text="Autologous SCT"),
        concept((NCIT, "C16039")),
    ],
)
def test_an_autologous_transplant_is_never_that_of_the_trial(code: Json) -> None:
    assert reason(procedure(code)) == "an autologous transplant is none of this trial"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "not-done"}, "not done"),
        ({"status": "preparation"}, "not happened"),
        ({"performedDateTime": "2024-03"}, "date"),
        ({"performedDateTime": None, "performedString": "in spring"}, "date"),
        ({"code": concept((SNOMED, "80146002"), text="Appendectomy")}, "code"),
    ],
)
def test_what_is_no_transplant(changes: Json, told: str) -> None:
    changed = {**procedure(TRANSPLANT), **changes}
    assert told in reason({name: value for name, value in changed.items() if value is not None})


def test_a_transplant_in_error() -> None:
    assert record(procedure(TRANSPLANT, status="entered-in-error"))["status"] == "entered-in-error"


@pytest.mark.parametrize(
    ("code", "more", "expected"),
    [
        (concept(text="Donor lymphocyte infusion"), {}, {"kind": "dli"}),
        (concept((SNOMED, "1156961008")), {}, {"kind": "car-t"}),
        (concept((OURS, "therapy-kind-chemotherapy")), {}, {"kind": "chemotherapy"}),
        (TRANSPLANT, {"reasonCode": [concept(text="relapse")]}, {"kind": "transplant", "intent": "relapse"}),
        (TRANSPLANT, {"category": concept((OURS, "later-therapy"))}, {"kind": "transplant"}),
    ],
)
def test_later_therapies(code: Json, more: Json, expected: Json) -> None:
    assert record(procedure(code, **more)) == {"type": "therapy", "status": "final", "date": MARCH, **expected}


def infusion(**fields: Any) -> Json:
    return {"type": "infusion", "status": "final", "start": MARCH, "outcome": "completed", **fields}


@pytest.mark.parametrize(
    "resource",
    [
        procedure(concept((OURS, "donor-gdT-infusion"))),
        procedure(concept((SNOMED, "14152002")), usedCode=[CELLS]),
        administration(CELLS),
        administration(concept((OURS, "donor-gdT"))),
    ],
)
def test_an_infusion_by_one_resource(resource: Json) -> None:
    assert record(resource) == infusion()


def test_a_medication_inside_the_administration() -> None:
    contained = {"resourceType": "Medication", "id": "med", "code": CELLS}
    sent = administration({}, contained=[contained], medicationReference={"reference": "#med"})
    del sent["medicationCodeableConcept"]
    assert record(sent) == infusion()


def test_a_dose_keeps_its_digits_and_its_unit() -> None:
    dosage = {"dose": quantity(Decimal("1.90"), "10*6/kg"), "route": concept((SNOMED, "47625008"))}
    period = {"start": "2024-03-01T10:00:00+01:00", "end": "2024-03-01T11:00:00+01:00"}
    sent = {**administration(CELLS, effectivePeriod=period, dosage=dosage), "status": "stopped"}
    del sent["effectiveDateTime"]
    assert record(sent) == infusion(
        start=period["start"],
        end=period["end"],
        outcome="stopped",
        dose={"value": Decimal("1.90"), "unit": "10*6/kg"},
        route="intravenous",
    )


def test_a_dose_in_an_unknown_unit_stays_with_its_resource() -> None:
    assert record(administration(CELLS, dosage={"dose": {"value": 2, "unit": "bags"}})) == infusion()


@pytest.mark.parametrize(("status", "outcome"), [("not-done", {"outcome": "not-done"}), ("in-progress", {})])
def test_what_became_of_an_infusion(status: str, outcome: Json) -> None:
    expected = {**infusion(), **outcome}
    if not outcome:
        del expected["outcome"]
    assert record(administration(CELLS, status=status)) == expected


def parts() -> list[Json]:
    given = administration(CELLS, partOf=[{"reference": "Procedure/pr"}], dosage={"dose": quantity(2, "10*6/kg")})
    given["supportingInformation"] = [{"reference": "BiologicallyDerivedProduct/b/_history/2"}]
    product = {"resourceType": "BiologicallyDerivedProduct", "id": "b", "identifier": [{"value": "LOT-1"}]}
    cells = {"focus": [{"reference": "BiologicallyDerivedProduct/b"}], "valueQuantity": quantity(91, "%")}
    return [
        observation(concept((OURS, "cell-viability")), **cells),
        product,
        given,
        procedure(concept((OURS, "donor-gdT-infusion"))),
    ]


def test_resources_of_one_infusion_are_one_record() -> None:
    readings, unused = read(parts())
    (reading,) = readings
    assert unused == []
    assert [(member.type, member.role) for member in reading.members] == [
        ("Procedure", ""),
        ("MedicationAdministration", ""),
        ("BiologicallyDerivedProduct", "product"),
        ("Observation", "viability"),
    ]
    assert reading.record == infusion(dose={"value": 2, "unit": "10*6/kg"}, product_id="LOT-1", viability_pct=91)


def test_a_part_in_error_does_not_count() -> None:
    sent = [{**part, "status": "entered-in-error"} if "dosage" in part else part for part in parts()]
    assert infusion() in records(*sent)
    assert [item for item in records(*sent) if item["status"] == "entered-in-error"] != []


def test_parts_without_their_infusion() -> None:
    assert "infusion" in reason(parts()[0])
    assert "infusion" in reason(parts()[1])
    weight = observation(concept((LOINC, "29463-7")), valueQuantity=quantity(70, "kg"))
    assert "code" in reason(weight)


def test_another_drug_is_no_infusion() -> None:
    assert "cells" in reason(administration(concept(text="Paracetamol"), subject=PATIENT))
