"""Every number of CTCAE v5.0's laboratory terms: on each cut, just below and just above it.

Expected grades are read from the text of CTCAE v5.0 by hand; multiples of limits are worked out in the row's comment.
"""

from decimal import Decimal

import pytest

from app.grading.ctcae_lab import grade
from tests.grading.boundaries import boundaries

CASES = boundaries("ctcae_v5_boundaries")


@pytest.mark.parametrize(("test", "unit", "term", "low", "high", "value", "expected"), CASES)
def test_grade_at_each_cut(test: str, unit: str, term: str, low: str, high: str, value: str, expected: str) -> None:
    found = [item for item in grade(test, Decimal(value), None, unit, Decimal(low), Decimal(high)) if item.term == term]
    assert [item.grade for item in found] == [int(expected)]
    assert found[0].version == "5.0"


@pytest.mark.parametrize(
    ("test", "unit", "low", "high", "value", "term", "expected", "assumed"),
    [
        ("NA", "mmol/L", "135", "145", "127", "Hyponatremia", 3, "symptomatic"),
        ("NA", "mmol/L", "135", "145", "124.5", "Hyponatremia", 3, "symptomatic"),
        ("NA", "mmol/L", "135", "145", "124", "Hyponatremia", 3, None),
        ("NA", "mmol/L", "135", "145", "132", "Hyponatremia", 1, None),
        ("K", "mmol/L", "3.5", "5", "3.2", "Hypokalemia", 2, "symptomatic"),
        ("K", "mmol/L", "3.5", "5", "2.9", "Hypokalemia", 3, None),
        ("LIPA", "U/L", "10", "60", "100", "Lipase increased", 2, None),
        ("LIPA", "U/L", "10", "60", "200", "Lipase increased", 3, "with signs or symptoms"),
        ("AMYL", "U/L", "28", "100", "600", "Serum amylase increased", 4, "with signs or symptoms"),
        ("URATE", "umol/L", "200", "420", "500", "Hyperuricemia", 3, "with physiologic consequences"),
        ("HCO3", "mmol/L", "22", "28", "20", "Blood bicarbonate decreased", 1, "no intervention initiated"),
        ("CACOR", "mmol/L", "2.2", "2.6", "3.0", "Hypercalcemia", 2, None),
    ],
)
def test_what_a_number_cannot_tell_is_labelled_as_assumed(
    test: str, unit: str, low: str, high: str, value: str, term: str, expected: int, assumed: str | None
) -> None:
    found = grade(test, Decimal(value), None, unit, Decimal(low), Decimal(high))
    assert [(item.grade, item.assumed) for item in found if item.term == term] == [(expected, assumed)]


def test_the_gap_between_the_integers_of_hyponatraemia_stays_below_the_grade_of_129() -> None:
    """CTCAE v5.0 gives 125 to 129 to grades 2 and 3; 129.5 is below neither 130 by its grade 1 nor within 125-129."""
    found = grade("NA", Decimal("129.5"), None, "mmol/L", Decimal(135), Decimal(145))
    assert [item.grade for item in found if item.term == "Hyponatremia"] == [1]


def test_a_test_has_a_grade_for_each_direction() -> None:
    found = grade("K", Decimal("6.5"), None, "mmol/L", Decimal("3.5"), Decimal("5.1"))
    assert {(item.term, item.direction): item.grade for item in found} == {
        ("Hyperkalemia", "H"): 3,
        ("Hypokalemia", "L"): 0,
    }
