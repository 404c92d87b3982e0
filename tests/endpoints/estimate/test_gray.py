"""Gray's test against arithmetic by hand; the reference of R is in test_ebmt4."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.endpoints.estimate import gray_test

# Group A: events of cause 1 on days 1 and 4. Group B: cause 1 on day 2, cause 2 on day 3, censored on day 5.
# In the notation of Gray (1988), with R / S(t-) as the weighted risk, which is 2 in A and 3 in B on days 1, 2 and 4:
#   score of A:  1 - 2/5, then 0 - 1/4, then 1 - 1/3                                     = 61/60
#   spread 2 * (1 - 2/5) = 6/5 on each; summed with 1 / 5(1 - F): 6/25, 27/50, 47/50      (F: 0, 1/5, 2/5)
#   variance, cause 1, A: (39/50)^2 / 10, (28/25)^2 / 10, (6/5)^2 / 10
#                      B: (67/50)^2 / 15, (31/25)^2 / 15, (6/5)^2 / 15
#             cause 2, B: (9/5 * 2/5)^2 / 9                                               sum = 52957/75000
DAYS, CAUSES, GROUPS = [1, 4, 2, 3, 5], [1, 1, 1, 2, 0], ["A", "A", "B", "B", "B"]
STATISTIC = (61 / 60) ** 2 / (52957 / 75000)


def test_by_hand():
    test = gray_test(DAYS, CAUSES, GROUPS)
    assert (test.cause, test.statistic, test.df) == (1, pytest.approx(STATISTIC), 1)
    assert test.p == pytest.approx(math.erfc(math.sqrt(STATISTIC / 2)))


def test_which_group_is_named_first_is_of_no_account():
    assert gray_test(DAYS, CAUSES, ["B", "B", "A", "A", "A"]).statistic == pytest.approx(STATISTIC)


def test_all_other_causes_are_one():
    assert gray_test(DAYS, [3, 3, 3, 1, 0], GROUPS, cause=3).statistic == pytest.approx(STATISTIC)


def test_two_like_strata_double_the_statistic():
    test = gray_test(DAYS * 2, CAUSES * 2, GROUPS * 2, strata=["x"] * 5 + ["y"] * 5)
    assert test.statistic == pytest.approx(2 * STATISTIC)


def test_rho_weighs_early_differences():
    # With weights 1 - F = 1, 4/5, 3/5 the score is 3/5 - 1/5 + 2/5; spreads are 6/5, 24/25, 18/25, summed 6/25, 12/25,
    # 18/25; variances (114^2 + 114^2 + 90^2)/125^2/10, (162^2 + 123^2 + 90^2)/125^2/15 and (54/125)^2/9.
    variance = (114**2 + 114**2 + 90**2) / 156250 + (162**2 + 123**2 + 90**2) / 234375 + (54 / 125) ** 2 / 9
    assert gray_test(DAYS, CAUSES, GROUPS, rho=1).statistic == pytest.approx((4 / 5) ** 2 / variance)


@pytest.mark.parametrize(
    ("days", "causes", "groups"),
    [
        pytest.param([], [], [], id="nobody"),
        pytest.param([5], [1], ["A"], id="one subject"),
        pytest.param([1, 2], [1, 1], ["A", "A"], id="one group"),
        pytest.param([1, 2], [0, 0], ["A", "B"], id="no event"),
        pytest.param([1, 2], [2, 2], ["A", "B"], id="no event of the cause"),
    ],
)
def test_nothing_to_compare(days, causes, groups):
    test = gray_test(days, causes, groups)
    assert (test.statistic, test.p) == (None, None)


def test_refusals():
    with pytest.raises(ValueError, match="1 days, 2 causes and 1 groups"):
        gray_test([1], [1, 1], ["A"])
    with pytest.raises(ValueError, match="causes must be 0 or higher"):
        gray_test([1, 2], [1, -1], ["A", "B"])
    with pytest.raises(ValueError, match="cause must be 1 or higher"):
        gray_test([1], [1], ["A"], cause=0)


subjects = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2), st.sampled_from("ABC")), max_size=30)


@given(subjects, st.sampled_from([0, 1]))
def test_nothing_that_leaves_is_nan_or_infinite(rows, rho):
    test = gray_test([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], rho=rho)
    if test.statistic is not None:
        assert math.isfinite(test.statistic)
        assert 0 <= test.p <= 1


def test_a_variance_below_zero_gives_no_statistic():
    test = gray_test([0, 1, 1, 1], [1, 1, 1, 1], ["A", "A", "B", "B"])
    assert (test.statistic, test.df, test.p) == (None, 1, None)
