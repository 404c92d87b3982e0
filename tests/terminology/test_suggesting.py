"""The nearest test and unit: what differs in writing alone is suggested, another quantity or power never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.terms import CodeRef
from app.terminology.doses import known_dose_units
from app.terminology.laboratory import known_tests
from app.terminology.suggesting import nearest_dose_unit, nearest_test, nearest_unit
from app.terminology.units import known_units


@pytest.mark.parametrize(
    ("test", "unit", "expected"),
    [
        ("CREA", "UMOL/L", "umol/L"),
        ("CREA", "umol", "umol/L"),
        ("CREA", "mmmol/L", "mmol/L"),
        ("ANC", "10^9 per L", "10*9/L"),
        ("ANC", "x 10E9 / Litre", "10*9/L"),
        ("ANC", "10*9", "10*9/L"),
        ("K", "mml/L", "mmol/L"),
        ("HGB", "g per dl", "g/dL"),
        ("CRP", "mg/litre", "mg/L"),
        ("IL6", "pg/mll", "pg/mL"),
        ("APTT", "seconds.", "s"),
    ],
)
def test_another_writing_finds_its_unit(test: str, unit: str, expected: str) -> None:
    assert nearest_unit(test, unit) == expected


@pytest.mark.parametrize(
    ("test", "unit", "why"),
    [
        ("FERR", "mg/dL", "ug/dL is a thousandth of it, and mg/L another volume"),
        ("BILI", "g/dL", "mg/dL is a thousandth of it"),
        ("HGB", "pg/dL", "g/dL is another power"),
        ("ANC", "10*8/L", "a digit is never a slip"),
        ("CREA", "mg", "mg/dL and mg/L are both known"),
        ("ALT", "U", "U/L and U/mL are both known"),
        ("K", "mol/L", "mmol/L is a thousandth of it"),
        ("INR", "sec", "seconds are another quantity"),
        ("K", "", "nothing was written"),
    ],
)
def test_another_power_or_quantity_is_not_suggested(test: str, unit: str, why: str) -> None:
    assert nearest_unit(test, unit) is None, why


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("10^6/KG", "10*6/kg"),
        ("x10E6 per kg", "10*6/kg"),
        ("10*6 cells / kg", "10*6/kg"),
        ("10*6/g", None),
        ("10*6/m2", None),
        ("ml/kg", None),
    ],
)
def test_units_of_dose(unit: str, expected: str | None) -> None:
    assert nearest_dose_unit(unit, known_dose_units()) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Potasium", "K"),
        ("Leukozyten", "WBC"),
        ("Hämoglobin", "HGB"),
        ("neutrophiles", "ANC"),
        ("Bilirubin, Total", "BILI"),
        ("bilirubin indirect", None),
        ("creatine", None),
        ("CD3", None),
        ("Troponin", None),
        ("HbA1c", None),
    ],
)
def test_names_of_tests(name: str, expected: str | None) -> None:
    assert nearest_test(name) == expected


def test_a_code_has_no_neighbours() -> None:
    assert nearest_test("751-9") is None
    assert nearest_test(CodeRef(system="http://loinc.org", code="751-9")) is None
    assert nearest_test(CodeRef(system="urn:lab", code="NA01", text="Natriun")) == "NA"


@given(st.sampled_from([test.id for test in known_tests()]), st.text(max_size=50))
def test_a_suggestion_is_a_unit_of_that_test(test: str, unit: str) -> None:
    assert nearest_unit(test, unit) in (None, *known_units(test))


@given(st.text(max_size=50))
def test_a_suggested_unit_of_dose_is_known(unit: str) -> None:
    assert nearest_dose_unit(unit, known_dose_units()) in (None, *known_dose_units())
