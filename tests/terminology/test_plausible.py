"""Plausible ranges: of every test, wider than what is usual; the unit that explains a number, worked by hand."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from app.terminology.laboratory import known_tests, named_test
from app.terminology.plausible import DOSING_WEIGHT, explaining_unit, plausible
from app.terminology.units import convert

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("test", [test.id for test in known_tests()])
def test_every_test_has_a_range_in_its_kept_unit(test: str) -> None:
    found, [known] = plausible(test), [item for item in known_tests() if item.id == test]
    assert found.unit == known.unit
    assert found.low <= found.usual_low < found.usual_high <= found.high


@pytest.mark.parametrize(
    ("test", "number", "unit"),
    [
        ("HGB", "13.5", "g/dL"),  # 135 g/L; mmol/L would be 217
        ("CREA", "1.1", "mg/dL"),  # 97 umol/L; mmol/L would be 1100, mg/L 9.7
        ("CREA", "0.2", "mmol/L"),  # 200 umol/L; mg/dL would be 17.7
        ("CREA", "5", None),  # 442 umol/L by mg/dL, 44 by mg/L
        ("GLU", "95", "mg/dL"),  # 5.3 mmol/L; g/L would be 527
        ("CA", "9.2", "mg/dL"),  # 2.3 mmol/L; mEq/L would be 4.6
        ("ALB", "3.1", "g/dL"),
        ("PLT", "150000", "10*6/L"),  # 150 x 10*9/L; /uL is the same
        ("ALT", "99999999", None),  # none
    ],
)
def test_the_unit_that_explains_a_number(test: str, number: str, unit: str | None) -> None:
    assert explaining_unit(test, Decimal(number)) == unit


def test_haemoglobin_in_two_units_at_once_is_not_explained() -> None:
    """8.5 is usual as g/dL (85 g/L) and as mmol/L (137 g/L)."""
    assert explaining_unit("HGB", Decimal("8.5")) is None


def test_below_a_limit_of_detection_nothing_is_excluded() -> None:
    weight = plausible(DOSING_WEIGHT)
    assert weight.excludes(Decimal("2.4"))
    assert not weight.excludes(Decimal("2.4"), "<")
    assert not weight.excludes(Decimal("301"), "<")
    assert weight.excludes(Decimal("301"), ">")
    assert not weight.excludes(Decimal("2.4"), ">")


def test_no_result_of_the_example_trial_is_excluded() -> None:
    seen = 0
    for file in EXAMPLES.glob("*.ndjson"):
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line, parse_float=Decimal, parse_int=Decimal)
            value, unit = record.get("value"), record.get("unit") or ""
            test = named_test(record["test"]) if record["type"] == "lab" and isinstance(record["test"], str) else None
            kept = convert(test.id, value, unit) if test and isinstance(value, Decimal) else None
            if test and kept and value >= 0:
                seen += 1
                assert not plausible(test.id).excludes(kept.value), (test.id, value, unit)
    assert seen > 1000
