"""Dates known in part. Expected values: the specification's examples, or by hand.

https://hl7.org/fhirpath/N1/#comparison
"""

from __future__ import annotations

from typing import Any

import pytest

from app.interop.viewdefinition.fhirpath.evaluate import Frame, compile_path


def evaluate(expression: str) -> Any:
    found = compile_path(expression, {})(None, Frame(None))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("left", "right", "less", "equal"),
    [
        ("2018-03-01", "2018-01-01", False, False),
        ("2018-03", "2018-03-01", None, None),
        ("2018-03", "2018-04-01", True, False),
        ("2018-03", "2018-03", False, True),
        ("2018-03-01T10:30:00", "2018-03-01T10:00:00", False, False),
        ("2018-03-01T10:30", "2018-03-01T10:30:00", None, None),
        ("2018-03-01T10:30:00", "2018-03-01T10:30:00.000", False, True),
        # One instant on two clocks; then one hour apart.
        ("2018-03-01T10:30:00+01:00", "2018-03-01T09:30:00Z", False, True),
        ("2018-03-01T10:30:00+02:00", "2018-03-01T09:30:00Z", True, False),
        ("2018-03-01T10:30:00-01:00", "2018-03-01T11:30:00Z", False, True),
        # A clock without an offset is somewhere between -12:00 and +14:00.
        ("2018-03-01", "2018-03-01T12:00:00Z", None, None),
        ("2018-03-01", "2018-03-02T11:00:00Z", None, None),
        ("2018-03-01", "2018-02-28T10:30:00Z", None, None),
        ("2018-03-01", "2018-03-03T00:00:00Z", True, False),
        # The month of a leap year has its 29th day.
        ("2024-02", "2024-02-29", None, None),
        ("2023-02", "2023-03-01", True, False),
    ],
)
def test_order(left: str, right: str, less: bool | None, equal: bool | None) -> None:
    assert evaluate(f"@{left} < @{right}") is less
    assert evaluate(f"@{left} = @{right}") is equal
    assert evaluate(f"@{right} > @{left}") is less
    assert evaluate(f"@{right} = @{left}") is equal


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        # https://build.fhir.org/ig/HL7/FHIRPath/#lowboundaryprecision-integer-decimal--date--datetime--time
        ("@T10:30", "10:30:00.000", "10:30:59.999"),
        ("@2014-01-01T08", "2014-01-01T08:00:00.000+14:00", "2014-01-01T08:59:59.999-12:00"),
        ("@2014-01-01T08:05+08:00", "2014-01-01T08:05:00.000+08:00", "2014-01-01T08:05:59.999+08:00"),
        ("@2024-02", "2024-02-01T00:00:00.000+14:00", "2024-02-29T23:59:59.999-12:00"),
        ("@2014", "2014-01-01T00:00:00.000+14:00", "2014-12-31T23:59:59.999-12:00"),
        ("'no date'", None, None),
        ("'2023-02-30'", None, None),
    ],
)
def test_boundaries_of_dates(value: str, low: str | None, high: str | None) -> None:
    assert evaluate(f"({value}).lowBoundary()") == low
    assert evaluate(f"({value}).highBoundary()") == high


@pytest.mark.parametrize(
    ("value", "low", "high"), [("1.587", "1.5865", "1.5875"), ("1", "0.5", "1.5"), ("-1.0", "-1.05", "-0.95")]
)
def test_boundaries_of_numbers_are_half_a_digit_away(value: str, low: str, high: str) -> None:
    assert str(evaluate(f"({value}).lowBoundary()")) == low
    assert str(evaluate(f"({value}).highBoundary()")) == high


def test_an_element_that_is_always_a_date_keeps_to_days() -> None:
    birth = compile_path("birthDate.first().highBoundary()", {})
    assert birth({"birthDate": "1970-06"}, Frame(None)) == ["1970-06-30"]
