"""Intervals of a proportion against Newcombe's table and closed forms."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.endpoints.estimate import Proportion, clopper_pearson, wilson

# Newcombe 1998, Statistics in Medicine 17:857, table I: exact (method 5) and score (method 3) limits.
NEWCOMBE = [
    (81, 263, (0.2527, 0.3676), (0.2553, 0.3662)),
    (15, 148, (0.0578, 0.1617), (0.0624, 0.1605)),
    (0, 20, (0.0000, 0.1684), (0.0000, 0.1611)),
    (1, 29, (0.0009, 0.1776), (0.0061, 0.1718)),
]


@pytest.mark.parametrize(("k", "n", "exact", "score"), NEWCOMBE)
def test_newcombe(k, n, exact, score):
    for interval, expected in ((clopper_pearson(k, n), exact), (wilson(k, n), score)):
        assert interval.estimate == k / n
        assert (round(interval.lower, 4), round(interval.upper, 4)) == expected


@pytest.mark.parametrize("n", [1, 3, 18, 500])
def test_clopper_pearson_at_the_ends_has_a_closed_form(n):
    tail = 0.025 ** (1 / n)
    assert clopper_pearson(0, n) == Proportion(0.0, 0.0, pytest.approx(1 - tail, rel=1e-12), "clopper-pearson", 0.95)
    assert clopper_pearson(n, n) == Proportion(1.0, pytest.approx(tail, rel=1e-12), 1.0, "clopper-pearson", 0.95)


@pytest.mark.parametrize("k", [1, 4, 9])
def test_clopper_pearson_leaves_each_tail_of_the_binomial_its_share(k):
    interval = clopper_pearson(k, 10, 0.9)
    assert at_most(k, 10, interval.upper) == pytest.approx(0.05, rel=1e-9)
    assert 1 - at_most(k - 1, 10, interval.lower) == pytest.approx(0.05, rel=1e-9)


def at_most(k, n, p):
    return sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


def test_wilson_limits_are_where_the_score_test_is_on_the_edge():
    interval = wilson(3, 18, 0.9)
    for limit in (interval.lower, interval.upper):
        assert (3 / 18 - limit) ** 2 / (limit * (1 - limit) / 18) == pytest.approx(1.6448536269514722**2)
    assert (interval.method, interval.level) == ("wilson", 0.9)


def test_nobody():
    assert clopper_pearson(0, 0) == Proportion(None, None, None, "clopper-pearson", 0.95)
    assert wilson(0, 0) == Proportion(None, None, None, "wilson", 0.95)


@pytest.mark.parametrize("interval", [clopper_pearson, wilson])
@pytest.mark.parametrize(("k", "n", "level"), [(2, 1, 0.95), (-1, 5, 0.95), (1, 5, 0), (1, 5, 1), (0, 0, 95)])
def test_refusals(interval, k, n, level):
    with pytest.raises(ValueError):
        interval(k, n, level)


@given(st.integers(0, 300), st.integers(1, 300), st.floats(0.5, 0.999))
def test_the_limits_enclose_the_estimate(k, n, level):
    k = min(k, n)
    for interval in (clopper_pearson(k, n, level), wilson(k, n, level)):
        assert 0 <= interval.lower <= interval.estimate <= interval.upper <= 1
