"""Units of laboratory results. Expected values are worked by hand from the definitions of the units."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.terminology.laboratory import known_tests
from app.terminology.units import Quantity, convert, known_units, ucum


@pytest.mark.parametrize(
    ("test", "value", "unit", "expected"),
    [
        ("ANC", "0.5", "10*9/L", "0.5"),
        ("ANC", "0.5", "G/L", "0.5"),
        ("ANC", "1.2", "K/uL", "1.2"),
        ("ANC", "500", "/uL", "0.5"),
        ("ANC", "500", "cells/µL", "0.5"),
        ("ANC", "500", "/mm3", "0.5"),
        ("ANC", "500", "cells/mm³", "0.5"),
        ("PLT", "20", "10*3/uL", "20"),
        ("PLT", "20", "10^3/mm3", "20"),
        ("PLT", "1.5", "lakh/cumm", "150"),
        ("WBC", "3000000000", "/L", "3"),
        ("CD4", "200", "cells/uL", "0.2"),
        ("RBC", "4.5", "10*6/uL", "4.5"),
        ("HGB", "8.0", "g/dL", "80"),
        ("HGB", "80", "g/L", "80"),
        ("HCT", "0.35", "L/L", "35"),
        ("ALT", "40", "IU/L", "40"),
        ("ALT", "1.5", "µkat/L", "90"),
        ("ALT", "500", "nkat/L", "30"),
        ("BILI", "2", "mg/dL", "34.2"),
        ("BILI", "20", "umol/L", "20"),
        ("CREA", "1.2", "mg/dL", "106.08"),
        ("CREA", "0.1", "mmol/L", "100"),
        ("FIB", "200", "mg/dL", "2"),
        ("ALB", "3.1", "g/dL", "31"),
        ("HAPTO", "30", "mg/dL", "0.3"),
        ("FERR", "500", "ng/mL", "500"),
        ("CRP", "1.5", "mg/dL", "15"),
        ("K", "4.1", "mEq/L", "4.1"),
        ("CA", "8.0", "mg/dL", "2"),
        ("CA", "4", "mEq/L", "2"),
        ("CAI", "1.15", "mmol/L", "1.15"),
        ("MG", "2", "mEq/L", "1"),
        ("MG", "2.0", "mg/dL", "0.8228"),
        ("GLU", "100", "mg/dL", "5.551"),
        ("GLU", "1", "g/L", "5.551"),
        ("URATE", "6", "mg/dL", "356.88"),
        ("CHOL", "200", "mg/dL", "5.172"),
        ("TRIG", "150", "mg/dL", "1.6935"),
        ("PHOS", "1", "mg/dL", "0.3229"),
        ("APTT", "35", "sec", "35"),
        ("INR", "1.3", "", "1.3"),
        ("PH", "7.31", "", "7.31"),
        ("NEU_PCT", "61", "%", "61"),
        ("IL6", "12", "pg/mL", "12"),
    ],
)
def test_conversion(test: str, value: str, unit: str, expected: str) -> None:
    converted = convert(test, Decimal(value), unit)
    assert converted is not None
    assert converted.value == Decimal(expected)
    assert converted.unit == next(known.unit for known in known_tests() if known.id == test)


WRITINGS = [
    "10*9/L",
    "10^9/L",
    "10E9/L",
    "10e9/L",
    "10E+9/L",
    "10E09/L",
    "1E9/L",
    "1e9/L",
    "x10^9/L",
    "X10E9/L",
    "x10*9/L",
    "×10⁹/L",
    "10⁹/L",
    "10**9/L",
    "*10^9/L",
    "10*9/l",
    "G/L",
    "Gpt/L",
    "10*3/uL",
    "10^3/µL",
    "10^3/μL",
    "x10E3/uL",
    "10³/µL",
    "10*3/mcL",
    "K/uL",
    "k/µL",
    "K/mm3",
    "10*3/mm3",
    "10^3/mm³",
    "/nL",
    "THOU/uL",
    "Tsd/µl",
    "bil/L",
    "10*6/mL",
]


@pytest.mark.parametrize("unit", [*WRITINGS, "x 10^9 / L", "10^9 cells/L", " 10*9/L ", "10^3 cells/uL"])
def test_writings_of_blood_counts(unit: str) -> None:
    assert convert("PLT", Decimal("123"), unit) == Quantity(Decimal("123"), "10*9/L")


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("GLU", "Mmol/L"),  # megamole
        ("GLU", "mMol/L"),
        ("BILI", "mmol/l/d"),
        ("ANC", "%"),
        ("ANC", ""),
        ("ANC", "10*9"),
        ("ANC", "109/L"),
        ("ANC", "mmol/L"),  # a known mistake in public data
        ("HGB", "10*9/L"),
        ("HGB", "G/dl"),
        ("K", "mg/dL"),
        ("INR", "s"),
        ("APTT", "{ratio}"),
        ("ALT", "mg/dL"),
        ("FIB", "10*101/L"),
    ],
)
def test_unknown_units(test: str, unit: str) -> None:
    assert convert(test, Decimal("1"), unit) is None
    assert ucum(test, unit) is None


@pytest.mark.parametrize(
    ("test", "unit", "code"),
    [
        ("ANC", "x10^9/l", "10*9/L"),
        ("ANC", "K/µl", "10*3/uL"),
        ("ANC", "G/L", "10*9/L"),
        ("HGB", "G/L", "g/L"),
        ("RBC", "T/L", "10*12/L"),
        ("ANC", "cells/uL", "{cells}/uL"),
        ("CREA", "µmol/l", "umol/L"),
        ("CREA", "mcmol/L", "umol/L"),
        ("CREA", "UMOL/L", "umol/L"),
        ("FERR", "mcg/L", "ug/L"),
        ("K", "MMOL/L", "mmol/L"),
        ("K", "mEq/L", "meq/L"),
        ("AST", "IU/L", "[IU]/L"),
        ("HGB", "g%", "g/dL"),
        ("INR", "", "{INR}"),
        ("PH", "", "[pH]"),
    ],
)
def test_ucum_code_of_the_unit_as_sent(test: str, unit: str, code: str) -> None:
    assert ucum(test, unit) == code


def test_haemoglobin_monomer() -> None:
    # CTCAE v5.0, Anemia: 10.0 g/dL stands beside 6.2 mmol/L.
    converted = convert("HGB", Decimal("6.206"), "mmol/L")
    assert converted == Quantity(Decimal("100"), "g/L")
    endless = convert("HGB", Decimal("6.2"), "mmol/L")
    assert endless is not None
    assert abs(endless.value - Decimal("99.903319368353206574")) < Decimal("1e-17")


# Molar masses in g/mol: IUPAC atomic weights; triglycerides as triolein; haemoglobin as monomer.
@pytest.mark.parametrize(
    ("test", "molar_mass", "micro"),
    [
        ("BILI", "584.66", True),
        ("CREA", "113.12", True),
        ("URATE", "168.11", True),
        ("GLU", "180.156", False),
        ("CHOL", "386.65", False),
        ("TRIG", "885.43", False),
        ("CA", "40.078", False),
        ("MG", "24.305", False),
        ("PHOS", "30.974", False),
    ],
)
def test_factors_follow_from_molar_masses(test: str, molar_mass: str, micro: bool) -> None:
    converted = convert(test, Decimal(1), "mg/dL")
    assert converted is not None
    expected = 10 / Decimal(molar_mass) * (1000 if micro else 1)
    assert abs(converted.value / expected - 1) < Decimal("0.003")


# CTCAE v5.0 states these limits in both units (hypocalcemia; hypoalbuminemia; fibrinogen as g/L).
@pytest.mark.parametrize(
    ("test", "conventional", "unit", "si"),
    [
        ("CA", "8.0", "mg/dL", "2.0"),
        ("CA", "7.0", "mg/dL", "1.75"),
        ("CA", "6.0", "mg/dL", "1.5"),
        ("ALB", "3", "g/dL", "30"),
        ("ALB", "2", "g/dL", "20"),
        ("LYM", "800", "/mm3", "0.8"),
        ("PLT", "75000", "/mm3", "75.0"),
    ],
)
def test_limits_stated_in_two_units(test: str, conventional: str, unit: str, si: str) -> None:
    converted = convert(test, Decimal(conventional), unit)
    assert converted is not None
    assert converted.value == Decimal(si)


def test_every_spelling_leads_to_a_convertible_unit(tables: dict[str, list[dict[str, str]]]) -> None:
    by_scope: dict[str, list[str]] = {}
    for test in known_tests():
        for scope in (test.id, test.kind, "any"):
            by_scope.setdefault(scope, []).append(test.id)
    for row in tables["unit_spellings"]:
        codes = {ucum(test, row["spelling"]) for test in by_scope[row["scope"]]}
        assert row["ucum"] in codes, row


def test_known_units_convert() -> None:
    for test in known_tests():
        assert known_units(test.id) == test.units
        assert test.unit in test.units
        assert convert(test.id, Decimal("1.5"), test.unit) == Quantity(Decimal("1.5"), test.unit)
        for unit in test.units:
            assert ucum(test.id, unit) == unit


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=0, max_value=10**9))
def test_shifts_of_the_point_are_exact(value: Decimal) -> None:
    converted = convert("ANC", value, "/uL")
    assert converted is not None
    assert converted.value * 1000 == value


def test_an_unknown_test_is_an_error() -> None:
    with pytest.raises(KeyError):
        convert("XYZ", Decimal(1), "g/L")
