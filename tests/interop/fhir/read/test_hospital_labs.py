"""Laboratory results as hospitals send them.

https://hl7.org/fhir/us/core/StructureDefinition-us-core-observation-lab.html
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .hospital import LOINC, OURS, Json, concept, observation, quantity, reason, record

ANC = concept((LOINC, "751-8"), text="Neutrophils (abs)")
TEST = {"system": LOINC, "code": "751-8"}
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
MEANING = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"


def lab(**fields: Any) -> Json:
    return {"type": "lab", "status": "final", "test": TEST, "collected": "2024-04-01", **fields}


def test_a_result_with_its_range() -> None:
    sent = observation(
        ANC,
        effectiveDateTime="2024-04-01T07:30:00+02:00",
        issued="2024-04-01T09:00:00.000+02:00",
        valueQuantity=quantity(Decimal("0.50"), "10*9/L"),
        referenceRange=[{"low": quantity(Decimal("1.8"), "10*9/L"), "high": {"value": 7}}],
    )
    assert record(sent) == lab(
        collected="2024-04-01T07:30:00+02:00",
        recorded="2024-04-01T09:00:00.000+02:00",
        value=Decimal("0.50"),
        unit="10*9/L",
        low=Decimal("1.8"),
        high=7,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": quantity(Decimal("0.10"), "10*9/L", comparator="<")}, {"value": "<0.10", "unit": "10*9/L"}),
        ({"valueQuantity": quantity(Decimal("1E+2"), "/uL", comparator=">=")}, {"value": ">=100", "unit": "/uL"}),
        ({"valueQuantity": {"value": 4, "unit": "K/uL"}}, {"value": 4, "unit": "K/uL"}),
        ({"valueQuantity": {"value": 4, "code": "x", "system": "urn:x", "unit": "G/L"}}, {"value": 4, "unit": "G/L"}),
        ({"valueString": "< 0.1"}, {"value": "< 0.1"}),
        ({"valueInteger": 3}, {"value": 3}),
        ({"dataAbsentReason": concept((ABSENT, "unknown"))}, {}),
    ],
)
def test_values(value: Json, expected: Json) -> None:
    assert record(observation(ANC, **value)) == lab(**expected)


@pytest.mark.parametrize(("status", "expected"), [("corrected", "amended"), ("amended", "amended")])
def test_corrections(status: str, expected: str) -> None:
    assert record(observation(ANC, status=status, valueInteger=1))["status"] == expected


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "unknown"])
def test_a_result_that_is_not_settled_counts_for_nothing(status: str) -> None:
    assert reason(observation(ANC, status=status, valueInteger=1))


@pytest.mark.parametrize(
    ("code", "test"),
    [
        (concept((OURS, "ANC"), (LOINC, "751-8")), "ANC"),
        (concept(("urn:oid:1.2.3", "NEUT1"), text="Neutrophils"), "Neutrophils"),
        (concept(("urn:oid:1.2.3", "NEUT1"), (LOINC, "26499-4")), {"system": LOINC, "code": "26499-4"}),
        (concept(("urn:oid:2.16.840.1.113883.6.1", "777-3")), {"system": LOINC, "code": "777-3"}),
    ],
)
def test_names_of_a_test(code: Json, test: Any) -> None:
    assert record(observation(code, valueInteger=1))["test"] == test


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        # neutrophils of cord blood, as an example of the CIBMTR guide has them
        (observation(concept((LOINC, "74398-9"), text="Neutrophils"), valueInteger=1), "code"),
        (observation(concept(text="Neutrophils of the moon"), valueInteger=1), "code"),
        (observation(ANC, valueQuantity={"value": 1, "unit": "drops/spoon"}), "unit"),
        (observation(ANC, valueCodeableConcept=concept(text="many")), "number"),
        (observation(ANC, valueString="many"), "value"),
        (observation(ANC, dataAbsentReason=concept((ABSENT, "not-performed"))), "measured"),
        ({key: value for key, value in observation(ANC).items() if key != "effectiveDateTime"}, "date"),
    ],
)
def test_what_is_no_result_of_the_trial(resource: Json, told: str) -> None:
    assert told in reason(resource)


def test_a_range_in_another_unit_is_left_out() -> None:
    ranges = [{"low": quantity(1800, "/uL"), "high": quantity(7, "10*9/L")}]
    found = record(observation(ANC, valueQuantity=quantity(3, "10*9/L"), referenceRange=ranges))
    assert found == lab(value=3, unit="10*9/L", high=7)


def test_of_several_ranges_the_normal_one_counts() -> None:
    critical, normal = concept((MEANING, "critical")), concept((MEANING, "normal"))
    ranges = [{"low": {"value": 1}, "type": critical}, {"low": {"value": 2}, "type": normal}]
    sent = observation(ANC, valueQuantity=quantity(3, "10*9/L"), referenceRange=ranges)
    assert record(sent)["low"] == 2
    del ranges[1]["type"]
    assert "low" not in record(sent)
