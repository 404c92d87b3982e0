"""CTCAE rules that look at the baseline. Expected grades: the text of CTCAE v5.0, multiples worked out by hand."""

from decimal import Decimal

import pytest

from app.grading.ctcae_lab import Baseline, LabGrade, grade

LIVER = {
    "ALT": "Alanine aminotransferase increased",
    "AST": "Aspartate aminotransferase increased",
    "ALP": "Alkaline phosphatase increased",
    "GGT": "GGT increased",
    "BILI": "Blood bilirubin increased",
}


def graded(
    test: str,
    value: str,
    base: str | None,
    low: str | None = "10",
    high: str | None = "40",
    base_high: str | None = "40",
    unit: str = "U/L",
    base_unit: str | None = "U/L",
    comparator: str | None = None,
) -> LabGrade:
    limits = [None if limit is None else Decimal(limit) for limit in (low, high, base_high)]
    before = None if base is None else Baseline(Decimal(base), base_unit, limits[0], limits[2], comparator)
    found = grade(test, Decimal(value), None, unit, limits[0], limits[1], before)
    return next(item for item in found if item.direction == "H" or test == "FIB")


# Baseline 100 with an upper limit of 40: abnormal, so multiples of 100 count.
@pytest.mark.parametrize(
    ("test", "pairs"),
    [
        ("ALT", "41:0 100:0 149:0 150:1 151:1 299:1 300:1 301:2 499:2 500:2 501:3 1999:3 2000:3 2001:4"),
        ("AST", "41:0 100:0 149:0 150:1 151:1 299:1 300:1 301:2 499:2 500:2 501:3 1999:3 2000:3 2001:4"),
        ("ALP", "41:0 100:0 199:0 200:1 201:1 249:1 250:1 251:2 499:2 500:2 501:3 1999:3 2000:3 2001:4"),
        ("GGT", "41:0 100:0 199:0 200:1 201:1 249:1 250:1 251:2 499:2 500:2 501:3 1999:3 2000:3 2001:4"),
        ("BILI", "41:0 99:0 100:0 101:1 149:1 150:1 151:2 299:2 300:2 301:3 999:3 1000:3 1001:4"),
    ],
)
def test_an_abnormal_baseline_is_the_measure_of_liver_terms(test: str, pairs: str) -> None:
    expected = {value: int(number) for value, number in (pair.split(":") for pair in pairs.split())}
    assert {value: graded(test, value, "100").grade for value in expected} == expected


@pytest.mark.parametrize("test", LIVER)
@pytest.mark.parametrize("base", ["39", "40", "5", None])
def test_a_normal_low_or_missing_baseline_leaves_the_upper_limit(test: str, base: str | None) -> None:
    found = graded(test, "41", base)
    assert (found.grade, found.rule, found.term) == (1, "ULN >1", LIVER[test])
    assert found.flags == (("no-baseline",) if base is None else ())


def test_the_rule_names_the_branch_that_decided() -> None:
    assert graded("ALT", "301", "100").rule == "BASE >3.0"
    assert graded("ALT", "121", "30").rule == "ULN >3.0"
    assert graded("ALT", "120", "100").rule == "not BASE >=1.5"
    assert graded("ALT", "30", "30").rule == "not ULN >1"


@pytest.mark.parametrize("test", LIVER)
@pytest.mark.parametrize("base", ["100", "30", None])
def test_a_liver_term_needs_the_upper_limit_of_the_result_itself(test: str, base: str | None) -> None:
    """As admiral: not graded without the limit, not even by multiples of an abnormal baseline."""
    found = graded(test, "3001", base, high=None)
    assert (found.grade, found.reason) == (None, "no usable upper limit of normal")


def test_a_baseline_without_a_range_is_not_taken_as_abnormal_and_says_so() -> None:
    found = graded("ALT", "121", "100", base_high=None)
    assert (found.grade, found.rule, found.flags) == (2, "ULN >3.0", ("baseline-state-unknown",))


def test_a_baseline_in_another_unit_is_not_compared() -> None:
    found = graded("ALT", "301", "100", base_unit="ukat/L")
    assert (found.grade, found.reason) == (None, "no usable baseline")


def test_a_baseline_given_as_less_than_a_number_within_the_range_is_normal() -> None:
    found = graded("BILI", "61", "5", comparator="<")
    assert (found.grade, found.rule, found.flags) == (2, "ULN >1.5", ())


def test_a_baseline_given_as_more_than_an_abnormal_number_is_abnormal_but_has_no_multiples() -> None:
    found = graded("BILI", "61", "50", comparator=">")
    assert (found.grade, found.reason) == (None, "no usable baseline")


# Creatinine, upper limit 105: grade 2 above 157.5 or above 1.5 x baseline; grade 3 above 315 or above 3 x baseline.
@pytest.mark.parametrize(
    ("value", "base", "expected", "rule"),
    [
        ("80", "50", 2, "BASE >1.5"),  # still normal, but 1.6 times the baseline
        ("75", "50", 0, "not ULN >1"),
        ("75.1", "50", 2, "BASE >1.5"),
        ("150", "50", 2, "BASE >1.5"),
        ("150.1", "50", 3, "BASE >3.0"),
        ("158", "150", 2, "ULN >1.5"),
        ("106", "100", 1, "ULN >1"),
        ("630", "50", 3, "ULN >3.0"),
        ("631", "50", 4, "ULN >6.0"),
        ("106", None, 1, "ULN >1"),
        ("80", None, 0, "not ULN >1"),
    ],
)
def test_creatinine_takes_the_worse_of_limit_and_baseline(
    value: str, base: str | None, expected: int, rule: str
) -> None:
    found = graded("CREA", value, base, low="60", high="105", base_high="105")
    assert (found.grade, found.rule) == (expected, rule)
    assert found.flags == (() if base else ("no-baseline",))


def test_creatinine_needs_no_range_of_its_baseline() -> None:
    assert graded("CREA", "80", "50", low="60", high="105", base_high=None).flags == ()


def test_a_baseline_of_zero_is_no_measure() -> None:
    found = graded("INR", "1.0", "0", low="0.9", high="1.2", unit="{INR}", base_unit="{INR}")
    assert (found.grade, found.reason) == (None, "no usable baseline")


def test_creatinine_without_an_upper_limit() -> None:
    assert graded("CREA", "60", "50", high=None).reason == "no usable upper limit of normal"
    raised = graded("CREA", "200", "50", high=None)
    assert (raised.grade, raised.rule, raised.flags) == (3, "BASE >3.0", ("lowest-certain-grade",))


# Fibrinogen, lower limit 2.4 (75 % = 1.8, 50 % = 1.2, 25 % = 0.6).
@pytest.mark.parametrize(
    ("value", "base", "expected", "rule"),
    [
        ("2.3", "3.06", 1, "LLN <1"),  # -24.8 %
        ("2.25", "3", 2, "LLN <1 and PCHG <=-25"),  # -25 %
        ("2.26", "3", 1, "LLN <1"),
        ("2", "4", 3, "LLN <1 and PCHG <=-50"),
        ("2.01", "4", 2, "LLN <1 and PCHG <=-25"),
        ("2", "8", 4, "LLN <1 and PCHG <=-75"),
        ("2.01", "8", 3, "LLN <1 and PCHG <=-50"),
        ("2.4", "9.6", 0, "not LLN <1"),  # a fall of 75 % within the normal range is no toxicity
        ("1.7", "2", 2, "LLN <0.75"),
        ("0.49", "0.5", 4, "LLN <0.25"),
    ],
)
def test_fibrinogen_counts_its_fall_only_when_it_is_abnormal(value: str, base: str, expected: int, rule: str) -> None:
    found = graded("FIB", value, base, low="2.4", high="4", base_high="4", unit="g/L", base_unit="g/L")
    assert (found.grade, found.rule) == (expected, rule)


# INR: 1.2, 1.5, 2.5, or the same multiples (1, 1.5, 2.5) of a baseline on anticoagulation.
@pytest.mark.parametrize(
    ("value", "base", "expected", "assumed"),
    [
        ("1.01", "1.0", 1, "on anticoagulation"),
        ("1.0", "1.0", 0, None),
        ("1.3", "1.0", 1, None),
        ("1.5", "1.0", 1, None),
        ("1.4", "0.9", 2, "on anticoagulation"),  # 1.35 is 1.5 times the baseline
        ("1.6", "1.0", 2, None),
        ("2.0", "0.8", 2, None),  # 2.0 is 2.5 times the baseline, not more
        ("2.01", "0.8", 3, "on anticoagulation"),
        ("2.6", "2.5", 3, None),
        ("1.1", None, 0, None),
        ("1.3", None, 1, None),
        ("1.6", None, 2, None),
        ("2.6", None, 3, None),
    ],
)
def test_inr(value: str, base: str | None, expected: int, assumed: str | None) -> None:
    found = graded("INR", value, base, low="0.9", high="1.2", base_high="1.2", unit="{INR}", base_unit="{INR}")
    assert (found.grade, found.assumed) == (expected, assumed)
    assert found.flags == (() if base else ("no-baseline",))


def test_eosinophilia_is_above_limit_and_baseline_both() -> None:
    """CTCAE v5.0 grade 1: `>ULN and >Baseline`."""

    def eosinophils(value: str, base: str | None) -> LabGrade:
        return graded("EOS", value, base, low="0", high="0.5", unit="10*9/L", base_unit="10*9/L")

    assert eosinophils("0.51", "0.5").grade == 1
    assert eosinophils("0.6", "0.6").grade == 0
    assert eosinophils("0.5", "0.3").grade == 0
    assert eosinophils("0.5", None).grade == 0
    assert eosinophils("0.6", None).reason == "no baseline"


def test_a_plain_tuple_is_a_baseline_too() -> None:
    before = (Decimal(100), "U/L", Decimal(10), Decimal(40))
    (found,) = grade("ALT", Decimal(301), None, "U/L", Decimal(10), Decimal(40), before)
    assert found.rule == "BASE >3.0"
