"""Comparison with a comparator, held against sets of numbers: what holds for all, for none, or only for some."""

import operator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grading.comparison import compare, product, total

OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
HALVES = st.integers(-8, 8).map(lambda half: Decimal(half) / 2)
# Every half from far below to far above, and what lies between two neighbours.
LINE = [Decimal(quarter) / 4 for quarter in range(-80, 81)]


@given(HALVES, st.sampled_from([None, *OPERATORS]), st.sampled_from(list(OPERATORS)), HALVES)
def test_all_none_or_some_of_the_numbers_that_the_result_can_be(
    value: Decimal, comparator: str | None, op: str, cut: Decimal
) -> None:
    possible = [value] if comparator is None else [number for number in LINE if OPERATORS[comparator](number, value)]
    outcomes = {OPERATORS[op](number, cut) for number in possible}
    assert compare(value, comparator, op, cut) == (outcomes.pop() if len(outcomes) == 1 else None)


@pytest.mark.parametrize(
    ("value", "comparator", "op", "cut", "expected"),
    [
        ("0.1", "<", "<", "0.5", True),
        ("0.1", "<", "<", "0.1", True),
        ("0.1", "<=", "<", "0.1", None),
        ("0.1", "<", ">", "0.1", False),
        ("0.1", "<", "<", "0.05", None),
        ("30", ">", ">=", "30", True),
        ("30", ">=", ">", "30", None),
        ("30", ">", "<", "30", False),
    ],
)
def test_examples(value: str, comparator: str, op: str, cut: str, expected: bool | None) -> None:
    assert compare(Decimal(value), comparator, op, Decimal(cut)) is expected


def test_products_and_sums_keep_every_digit() -> None:
    """1.0000000000000000000000000000001 x 3 and + 20: Python's usual 28 digits would lose the last one."""
    long = Decimal("1.0000000000000000000000000000001")
    assert product(long, Decimal(3)) == Decimal("3.0000000000000000000000000000003")
    assert total(long, Decimal(20)) == Decimal("21.0000000000000000000000000000001")
