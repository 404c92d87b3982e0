"""Chapter 2A, section 2.A.70; chapter 7, OBX-7."""

import pytest

from app.interop.hl7v2.numbers import Range, reference_range, structured_numeric


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["<", "0.5"], "<0.5"),
        ([">", "100"], ">100"),
        ([">=", "1,5", "", ""], ">=1,5"),
        (["", "182"], "182"),
        (["=", "7"], "7"),
        (["", "1", "-", "5"], None),
        (["", "1", ":", "128"], None),
        (["", "1", "+"], None),
        (["<>", "5"], None),
        (["<"], None),
        ([], None),
    ],
)
def test_a_structured_numeric_is_one_number_or_none(parts: list[str], expected: str | None) -> None:
    assert structured_numeric(parts) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.5-7.2", Range("3.5", "7.2", "")),
        ("3,5-7,2", Range("3,5", "7,2", "")),
        ("3.5 - 7.2 10*9/L", Range("3.5", "7.2", "10*9/L")),
        ("3.5 – 7.2", Range("3.5", "7.2", "")),
        ("4 bis 10", Range("4", "10", "")),
        ("-2.0-3.0", Range("-2.0", "3.0", "")),
        ("-2 - +2", Range("-2", "2", "")),
        ("[70-105]", Range("70", "105", "")),
        ("<5", Range("", "5", "")),
        ("<= 5,0 mg/L", Range("", "5,0", "mg/L")),
        (">= 1,0", Range("1,0", "", "")),
        ("> 60", Range("60", "", "")),
        ("≤40 U/L", Range("", "40", "U/L")),
        ("70_105", None),
        ("negative", None),
        ("3-5-7", None),
        ("5", None),
        ("", None),
    ],
)
def test_a_range_has_its_limits_as_they_were_written(text: str, expected: Range | None) -> None:
    assert reference_range(text) == expected
