"""Labels as codes, rows of strata, and the chi-square statistic, by hand."""

import math

import numpy as np
import pytest

from app.endpoints.estimate.score_test import chi_square, encode, strata_rows


def test_labels_in_sorted_order():
    levels, codes = encode(["b", "a", "c", "a"])
    assert (levels, codes.tolist()) == (("a", "b", "c"), [1, 0, 2, 0])


def test_labels_of_an_array_are_plain_values():
    levels, codes = encode(np.array([10, 9, 10]))
    assert (levels, codes.tolist()) == ((9, 10), [1, 0, 1])
    assert type(levels[0]) is int


def test_rows_of_each_stratum():
    assert [rows.tolist() for rows in strata_rows(["y", "x", "y", "x", "z"], 5)] == [[1, 3], [0, 2], [4]]
    assert [rows.tolist() for rows in strata_rows(None, 3)] == [[0, 1, 2]]
    assert [rows.tolist() for rows in strata_rows([], 0)] == [[]]


def test_statistic_of_three_scores():
    # Scores 1, 1, -2 with variance [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]; the inverse of the first two rows and
    # columns is [[2, 1], [1, 2]] / 3, so the form is 2, and with 2 degrees of freedom p is exp(-1).
    test = chi_square(np.array([1.0, 1.0, -2.0]), np.array([[2.0, -1.0, -1.0], [-1.0, 2.0, -1.0], [-1.0, -1.0, 2.0]]))
    assert test == (pytest.approx(2.0), 2, pytest.approx(math.exp(-1)))


@pytest.mark.parametrize(
    ("score", "variance", "df"),
    [
        pytest.param([], [], 0, id="no group"),
        pytest.param([0], [[0]], 0, id="one group"),
        pytest.param([1, -1], [[0, 0], [0, 0]], 1, id="no variance"),
        pytest.param([1, 1, -2], [[math.nan, 1, 0], [1, 1, 0], [0, 0, 0]], 2, id="no finite variance"),
    ],
)
def test_nothing_to_compare(score, variance, df):
    test = chi_square(np.array(score, float), np.array(variance, float).reshape(len(score), -1 if score else 0))
    assert test == (None, df, None)
