"""The published search parameters, against the registry's own words.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

from typing import Any

import pytest

from app.interop.fhir.definitions import definitions
from app.interop.fhir.search.parameters import parameters, types
from app.interop.viewdefinition.fhirpath.parse import parse

R4 = {one["id"]: one for one in definitions() if one["resourceType"] == "SearchParameter"}
R5 = {one["id"]: one for one in definitions("R5") if one["resourceType"] == "SearchParameter"}


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("AdverseEvent-event", "AdverseEvent.event"),
        ("Observation-value-quantity", "Observation.value.ofType(Quantity) | Observation.value.ofType(SampledData)"),
        ("Observation-combo-code", "Observation.code | Observation.component.code"),
        ("Observation-patient", "Observation.subject"),
        ("Patient-email", "Patient.telecom.where(system = 'email')"),
        ("Patient-death-date", "Patient.deceased.ofType(dateTime)"),
        ("Observation-code-value-quantity", None),
    ],
)
def test_what_is_read(name: str, expression: str | None) -> None:
    assert R4[name].get("expression") == expression


def test_every_parameter_of_a_type_is_published() -> None:
    for number, published in ((4, R4), (5, R5)):
        offered = {(name, code) for name in types() for code in parameters(name, number) if not code.startswith("_")}
        assert {(one["base"][0], one["code"]) for one in published.values()} == offered


def test_the_parts_of_a_composite_are_published() -> None:
    urls = {one["url"] for one in R4.values()}
    parts = [part["definition"] for one in R4.values() for part in one.get("component", [])]
    assert len(parts) > 4
    assert set(parts) <= urls


@pytest.mark.parametrize(
    ("kind", "compared"), [("date", True), ("quantity", True), ("token", False), ("string", False)]
)
def test_dates_and_quantities_are_compared(kind: str, compared: bool) -> None:
    found: list[dict[str, Any]] = [one for one in R4.values() if one["type"] == kind]
    assert found
    assert {"comparator" in one for one in found} == {compared}


def test_expressions_are_fhirpath() -> None:
    for one in R4.values():
        if "where" not in one.get("expression", "where") and "|" not in one["expression"]:
            parse(one["expression"])
    assert not any("expression" in one for one in R5.values())
