"""What is missing stays missing: limits, units, values, comparators, terms without numbers. CTCAE v5.0 by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.ctcae_lab import LabGrade, grade


def anc(value: str, comparator: str | None = None, low: str | None = None) -> LabGrade:
    limit = None if low is None else Decimal(low)
    (found,) = grade("ANC", Decimal(value), comparator, "10*9/L", limit, None)
    return found


@pytest.mark.parametrize(("value", "expected"), [("1.49", 2), ("0.99", 3), ("0.49", 4)])
def test_absolute_cuts_need_no_range(value: str, expected: int) -> None:
    found = anc(value)
    assert (found.grade, found.reason, found.flags) == (expected, None, ())


def test_without_its_lower_limit_grade_1_is_unknown_and_so_is_0() -> None:
    found = anc("1.5")
    assert (found.grade, found.reason, found.rule) == (None, "no usable lower limit of normal", None)


@pytest.mark.parametrize(
    ("test", "value", "unit"),
    [("ALT", "1000", "U/L"), ("APTT", "90", "s"), ("LIPA", "900", "U/L"), ("URATE", "900", "umol/L")],
)
def test_multiples_of_a_missing_upper_limit_are_unknown(test: str, value: str, unit: str) -> None:
    (found,) = grade(test, Decimal(value), None, unit, Decimal(1), None)
    assert (found.grade, found.reason) == (None, "no usable upper limit of normal")


def test_a_range_upside_down_is_no_range() -> None:
    (found,) = grade("ALT", Decimal(50), None, "U/L", Decimal(40), Decimal(10))
    assert (found.grade, found.reason) == (None, "no usable upper limit of normal")


def test_a_range_of_one_number_is_a_range() -> None:
    (found,) = grade("ALT", Decimal(41), None, "U/L", Decimal(40), Decimal(40))
    assert found.grade == 1


def test_multiples_of_zero_are_no_multiples() -> None:
    (found,) = grade("ALT", Decimal(50), None, "U/L", None, Decimal(0))
    assert (found.grade, found.flags) == (1, ("no-baseline", "lowest-certain-grade"))


@pytest.mark.parametrize(
    ("unit", "reason"), [("mmol/L", "the criteria are not stated in mmol/L"), (None, "no unit is given")]
)
def test_a_unit_in_which_the_criteria_are_not_stated(unit: str | None, reason: str) -> None:
    (found,) = grade("ANC", Decimal("0.1"), None, unit, Decimal(2), None)
    assert (found.grade, found.reason) == (None, reason)


def test_multiples_of_the_laboratorys_own_limit_hold_in_any_unit() -> None:
    (found,) = grade("ALT", Decimal("2.5"), None, "ukat/L", None, Decimal("0.8"))
    assert (found.grade, found.rule) == (2, "ULN >3.0")


def test_no_value() -> None:
    (found,) = grade("ANC", None, None, "10*9/L", Decimal(2), Decimal(7))
    assert (found.grade, found.reason) == (None, "no value")


# <x is any number below x: what is certain is graded, what a worse grade leaves open is flagged.
@pytest.mark.parametrize(
    ("value", "comparator", "expected", "flags"),
    [
        ("0.1", "<", 4, ()),
        ("0.5", "<", 4, ()),
        ("0.5", "<=", 3, ("lowest-certain-grade",)),
        ("1.0", "<", 3, ("lowest-certain-grade",)),
        ("1.0", "<=", 2, ("lowest-certain-grade",)),
        ("2.0", "<", 1, ("lowest-certain-grade",)),
        ("2.0", ">=", 0, ()),
        ("2.0", ">", 0, ()),
        ("7.0", ">", 0, ()),
    ],
)
def test_comparators(value: str, comparator: str, expected: int, flags: tuple[str, ...]) -> None:
    found = anc(value, comparator, low="2.0")
    assert (found.grade, found.flags) == (expected, flags)


@pytest.mark.parametrize(("value", "comparator"), [("3.0", "<"), ("2.0", "<="), ("0.1", ">"), ("1.99", ">=")])
def test_a_comparator_that_leaves_even_grade_0_open_gives_no_grade(value: str, comparator: str) -> None:
    found = anc(value, comparator, low="2.0")
    assert (found.grade, found.reason) == (None, f"a result given as {comparator}{value} leaves the grade open")


def test_more_than_the_most_that_can_be_measured() -> None:
    """Bilirubin >30 with an upper limit of 1.2: above 10 times the limit, certainly grade 4; >2.5 is at least 2."""
    (high,) = grade("BILI", Decimal(30), ">", "mg/dL", None, Decimal("1.2"))
    (some,) = grade("BILI", Decimal("2.5"), ">", "mg/dL", None, Decimal("1.2"))
    assert (high.grade, high.flags) == (4, ("no-baseline",))
    assert (some.grade, some.flags) == (2, ("no-baseline", "lowest-certain-grade"))


@pytest.mark.parametrize(
    ("test", "term", "reason"),
    [
        ("GLU", "Hyperglycemia", "graded by intervention, not by number"),
        ("PHOS", "Hypophosphatemia", "graded by intervention, not by number"),
        ("PHOS", "Hyperphosphatemia", "graded by intervention, not by number"),
        (
            "CA",
            "Hypocalcemia",
            "criteria are for calcium corrected for albumin and for ionised calcium, not for total calcium",
        ),
    ],
)
def test_terms_without_numbers_say_why(test: str, term: str, reason: str) -> None:
    found = [item for item in grade(test, Decimal(1), None, "mmol/L", Decimal(1), Decimal(2)) if item.term == term]
    assert [(item.grade, item.reason) for item in found] == [(None, reason)]


@pytest.mark.parametrize("test", ["CRP", "FERR", "IL6", "PCT", "NEU_PCT", "no such test"])
def test_tests_that_ctcae_does_not_grade_have_no_terms(test: str) -> None:
    assert grade(test, Decimal(500), None, "mg/L", None, Decimal(5)) == []


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ValueError, match="5.0, 6.0"):
        grade("ANC", Decimal(1), None, "10*9/L", None, None, version="4.03")


def test_thirty_two_digits_are_compared_to_the_last_one() -> None:
    """3 x 0.33333333333333333333333333333334 is 1.00000000000000000000000000000002 exactly."""
    high = Decimal("0.33333333333333333333333333333334")
    on, above = Decimal("1.00000000000000000000000000000002"), Decimal("1.00000000000000000000000000000003")
    grades = [grade("ALT", value, None, "U/L", None, high)[0].grade for value in (on, above)]
    assert grades == [1, 2]


def test_no_float_noise_on_a_multiple() -> None:
    """3 x 1.1 is 3.3, where binary floats say 3.3000000000000003: 3.3 is not above, 3.30000000000000001 is."""
    values = (Decimal("3.3"), Decimal("3.30000000000000001"))
    assert [grade("AST", value, None, "U/L", None, Decimal("1.1"))[0].grade for value in values] == [1, 2]


@given(st.decimals("0", "200", places=2), st.decimals("0", "200", places=2))
def test_a_lower_count_never_has_a_milder_grade(first: Decimal, second: Decimal) -> None:
    lower, higher = sorted((first, second))
    grades = [grade("PLT", value, None, "10*9/L", Decimal(150), Decimal(400))[0].grade for value in (lower, higher)]
    assert grades == sorted(grades, key=lambda number: -(number or 0))
    assert None not in grades


@given(st.integers(0, 9000), st.integers(1500, 2500))
def test_both_unit_systems_agree_where_they_convert_exactly(count: int, low: int) -> None:
    per_mm3 = grade("ANC", Decimal(count), None, "/mm3", Decimal(low), None)
    per_litre = grade("ANC", Decimal(count) / 1000, None, "10*9/L", Decimal(low) / 1000, None)
    assert [item.grade for item in per_mm3] == [item.grade for item in per_litre]
