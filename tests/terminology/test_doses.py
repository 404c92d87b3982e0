"""Cell doses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.terminology.doses import cells_per_kg, dose_ucum, known_dose_units

TWO_MILLION = Decimal(2_000_000)
PER_KG = [
    "10*6/kg",
    "1e6/kg",
    "1E6/kg",
    "10^6/kg",
    "10E6/kg",
    "x10^6/kg",
    "×10⁶/kg",
    "10⁶/kg",
    "10*6{cells}/kg",
    "10^6cells/kg",
    "10^6CD3+/kg",
    "million/kg",
    "10*6 cells/kg",
    "10^6 {cells}/kg",
    "x 10^6 CD34+ cells/kg",
    "million cells/kg",
]


@pytest.mark.parametrize("unit", PER_KG)
def test_millions_per_kg(unit: str) -> None:
    assert cells_per_kg(Decimal("2.0"), unit, None) == TWO_MILLION


@pytest.mark.parametrize(
    ("value", "unit", "weight", "expected"),
    [
        ("2000000", "cells/kg", None, "2000000"),
        ("2000000", "{cells}/kg", "70", "2000000"),
        ("2000000", "/kg", None, "2000000"),
        ("0.2", "10*7/kg", None, "2000000"),
        ("0.02", "10*8/kg", None, "2000000"),
        ("140000000", "{cells}", "70", "2000000"),
        ("140000000", "cells", "70", "2000000"),
        ("140", "10*6", "70", "2000000"),
        ("140", "10^6 {cells}", "70", "2000000"),
        ("140", "1e6 cells", "70", "2000000"),
        ("1.4", "10^8", "70", "2000000"),
        ("0", "10*6/kg", None, "0"),
        ("1", "10*6", "3", "333333.3333333333333333333333333333333333"),
    ],
)
def test_doses(value: str, unit: str, weight: str | None, expected: str) -> None:
    assert cells_per_kg(Decimal(value), unit, None if weight is None else Decimal(weight)) == Decimal(expected)


@pytest.mark.parametrize(
    ("unit", "weight"),
    [("cells", None), ("10*6", None), ("10*6", "0"), ("10*6", "-70"), ("mg/kg", "70"), ("", "70"), ("10*6/m2", "70")],
)
def test_unknown(unit: str, weight: str | None) -> None:
    assert cells_per_kg(Decimal(1), unit, None if weight is None else Decimal(weight)) is None


def test_codes() -> None:
    assert dose_ucum("x10^6 cells/kg") == "10*6/kg"
    assert dose_ucum("cells") == "{cells}"
    assert dose_ucum("mg/kg") is None
    # Both codes are members of the HL7 value set of common UCUM units.
    assert {"10*6/kg", "{cells}"} <= set(known_dose_units())
    assert all(dose_ucum(code) == code for code in known_dose_units())


def test_multipliers_are_the_powers_they_are_written_as(tables: dict[str, list[dict[str, str]]]) -> None:
    powers = [row for row in tables["dose_units"] if row["spelling"].startswith("10*")]
    assert len(powers) > 90
    for row in powers:
        exponent = row["ucum"].removeprefix("10*").removesuffix("/kg")
        assert row["multiplier"] == "1" + "0" * int(exponent)
        assert row["spelling"].startswith(f"10*{exponent}")
        assert row["spelling"].endswith("/kg") == (row["basis"] == "kg")
