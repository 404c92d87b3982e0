"""Log-rank tests against published examples and arithmetic by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.endpoints.estimate import GroupTally, log_rank
from tests.endpoints.estimate.six_mp import PAIRS

DAYS = [pair[0] for pair in PAIRS] + [pair[1] for pair in PAIRS]
EVENTS = [True] * 21 + [pair[2] for pair in PAIRS]
ARMS = ["placebo"] * 21 + ["6-MP"] * 21


class TestPublished:
    def test_6_mp_trial(self):
        # survdiff gives chi-square 16.8 (16.793), p = 4.2e-05; 9 of 19.25 and 21 of 10.75 expected.
        test = log_rank(DAYS, EVENTS, ARMS)
        assert (round(test.statistic, 3), test.df) == (16.793, 1)
        assert test.p == pytest.approx(4.17e-05, rel=2e-3)
        treated, placebo = test.groups
        assert (treated.group, treated.n, treated.observed, round(treated.expected, 2)) == ("6-MP", 21, 9, 19.25)
        assert (placebo.group, placebo.n, placebo.observed, round(placebo.expected, 2)) == ("placebo", 21, 21, 10.75)

    def test_6_mp_trial_by_pair(self):
        # Klein and Moeschberger, section 7.5: placebo ended first in 18 pairs, 6-MP in 3, so (18 - 3)^2 / (18 + 3).
        test = log_rank(DAYS, EVENTS, ARMS, strata=[*range(21), *range(21)])
        assert test.statistic == pytest.approx(225 / 21)
        assert sum(tally.observed for tally in test.groups) == sum(EVENTS)

    def test_maintenance_of_acute_myelogenous_leukaemia(self):
        # R, survdiff(Surv(time, status) ~ x, aml): chi-square 3.4 (3.396389), p = 0.0653.
        days = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
        events = [bool(int(x)) for x in "11011011010" + "111110111111"]
        test = log_rank(days, events, [1] * 11 + [2] * 12)
        assert test.statistic == pytest.approx(3.396389, abs=5e-7)
        assert test.p == pytest.approx(0.0653, abs=5e-5)


class TestByHand:
    # Day 1: A of A, A, B, B. Day 2: B of A, B, B. Day 3: A of A, B. Expected in A: 1/2 + 1/3 + 1/2 = 4/3.
    DATA = [1, 3, 2, 4], [True, True, True, False], ["A", "A", "B", "B"]

    def test_log_rank(self):
        # Variance 1/4 + 2/9 + 1/4 = 13/18.
        test = log_rank(*self.DATA)
        assert test.groups == (GroupTally("A", 2, 2, pytest.approx(4 / 3)), GroupTally("B", 2, 1, pytest.approx(5 / 3)))
        assert test.statistic == pytest.approx((2 / 3) ** 2 / (13 / 18))
        assert test.p == pytest.approx(math.erfc(math.sqrt((2 / 3) ** 2 / (13 / 18) / 2)))

    def test_peto_and_peto(self):
        # Weights 1, 3/4, 1/2: observed in A 1 + 1/2, expected 1/2 + 1/4 + 1/4, variance 1/4 + 9/16 * 2/9 + 1/4 * 1/4.
        test = log_rank(*self.DATA, rho=1)
        assert test.rho == 1
        assert (test.groups[0].observed, test.groups[0].expected) == (pytest.approx(1.5), pytest.approx(1.0))
        assert test.statistic == pytest.approx(0.25 / (1 / 4 + 1 / 8 + 1 / 16))

    def test_ties(self):
        # Day 1: 2 events of 4 at risk, one in each group of 2; day 2: one of A's and B's last. Variance 2*2/(4*3) = 1/3
        # of day 1 times 4 * 1/4, and 1/4 of day 2.
        test = log_rank([1, 2, 1, 3], [True, True, True, False], ["A", "A", "B", "B"])
        assert test.groups[0].expected == pytest.approx(1.5)
        assert test.statistic == pytest.approx(0.25 / (1 / 3 + 1 / 4))

    def test_two_like_strata_double_the_statistic(self):
        days, events, groups = self.DATA
        test = log_rank(days * 2, events * 2, groups * 2, strata=["x"] * 4 + ["y"] * 4)
        assert test.statistic == pytest.approx(2 * (2 / 3) ** 2 / (13 / 18))

    def test_a_group_that_left_before_the_first_event_takes_no_part(self):
        days, events, groups = self.DATA
        test = log_rank([*days, 0], [*events, False], [*groups, "C"])
        assert test.df == 1
        assert test.statistic == pytest.approx((2 / 3) ** 2 / (13 / 18))
        assert test.groups[2] == GroupTally("C", 1, 0, 0)


class TestNothingToCompare:
    @pytest.mark.parametrize(
        ("days", "events", "groups"),
        [
            pytest.param([], [], [], id="nobody"),
            pytest.param([5], [True], ["A"], id="one subject"),
            pytest.param([1, 2], [True, True], ["A", "A"], id="one group"),
            pytest.param([1, 2], [False, False], ["A", "B"], id="no event"),
            pytest.param([3, 3], [True, True], ["A", "B"], id="all on one day"),
        ],
    )
    def test_statistic_is_none(self, days, events, groups):
        test = log_rank(days, events, groups)
        assert (test.statistic, test.p) == (None, None)

    def test_strata_that_share_no_groups(self):
        test = log_rank([1, 2, 1, 2], [True] * 4, ["A", "B", "C", "D"], strata=["x", "x", "y", "y"])
        assert test.statistic is None


class TestRefusals:
    def test_unequal_lengths(self):
        with pytest.raises(ValueError, match="2 days, 2 events and 1 groups"):
            log_rank([1, 2], [True, True], ["A"])
        with pytest.raises(ValueError, match="1 strata for 2 subjects"):
            log_rank([1, 2], [True, True], ["A", "B"], strata=["x"])

    def test_an_unknown_group_is_no_group(self):
        with pytest.raises(TypeError):
            log_rank([1, 2], [True, True], ["A", None])


subjects = st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.sampled_from("ABC")), max_size=30)


@given(subjects, st.sampled_from([0, 1]))
def test_observed_and_expected_agree_in_total_and_nothing_is_nan(rows, rho):
    test = log_rank([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], rho=rho)
    observed = sum(tally.observed for tally in test.groups)
    assert sum(tally.expected for tally in test.groups) == pytest.approx(observed, abs=1e-9)
    if rho == 0:
        assert observed == sum(r[1] for r in rows)
    if test.statistic is not None:
        assert math.isfinite(test.statistic)
        assert test.statistic >= 0
        assert 0 <= test.p <= 1
