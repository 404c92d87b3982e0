"""Kaplan-Meier against published examples, R's own tests and arithmetic by hand."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.endpoints.estimate import Estimate, kaplan_meier, reverse

NOTHING = Estimate(None, None, None)

# Weeks in remission under 6-mercaptopurine (Freireich et al. 1963, Blood 21:699): times and whether remission ended.
SIX_MP = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SIX_MP_ENDED = [bool(int(x)) for x in "111010100110001100000"]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

# Acute myelogenous leukaemia, weeks to relapse with and without maintenance (Miller, Survival Analysis, 1981).
MAINTAINED = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
MAINTAINED_RELAPSED = [bool(int(x)) for x in "11011011010"]
NOT_MAINTAINED = [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
NOT_MAINTAINED_RELAPSED = [day != 16 for day in NOT_MAINTAINED]

observations = st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=40)
conf_types = st.sampled_from(["log-log", "log", "plain", "logit", "arcsin"])


def columns(pairs):
    return [day for day, _ in pairs], [event for _, event in pairs]


class TestPublished:
    def test_6_mp_remission(self):
        # Klein and Moeschberger, Survival Analysis (2003), table 4.1B.
        expected = {
            6: (0.8571, 0.0764),
            7: (0.8067, 0.0869),
            10: (0.7529, 0.0963),
            13: (0.6902, 0.1068),
            16: (0.6275, 0.1141),
            22: (0.5378, 0.1282),
            23: (0.4482, 0.1346),
        }
        km = kaplan_meier(SIX_MP, SIX_MP_ENDED)
        assert {row.day for row in km.steps() if row.n_event} == set(expected)
        for day, (estimate, std_err) in expected.items():
            assert km.at(day).estimate == pytest.approx(estimate, abs=5e-5)
            assert km.at(day).std_err == pytest.approx(std_err, abs=5.1e-5)

    def test_medians_of_the_6_mp_trial(self):
        assert kaplan_meier(SIX_MP, SIX_MP_ENDED).median().estimate == 23
        assert kaplan_meier(PLACEBO, [True] * 21).median().estimate == 8

    def test_medians_of_the_aml_trial(self):
        # R, survfit(Surv(time, status) ~ x, aml): log intervals.
        maintained = kaplan_meier(MAINTAINED, MAINTAINED_RELAPSED, "log")
        assert maintained.median() == Estimate(31, 18, None)
        assert kaplan_meier(NOT_MAINTAINED, NOT_MAINTAINED_RELAPSED, "log").median() == Estimate(23, 8, None)

    def test_restricted_means_of_the_aml_trial(self):
        # R, print(survfit(Surv(time, status) ~ x, aml), rmean = "common"), week 161: 52.6 (19.83) and 22.7 (4.18).
        maintained = kaplan_meier(MAINTAINED, MAINTAINED_RELAPSED).rmean(161)
        assert (round(maintained.estimate, 1), round(maintained.std_err, 2)) == (52.6, 19.83)
        not_maintained = kaplan_meier(NOT_MAINTAINED, NOT_MAINTAINED_RELAPSED).rmean(161)
        assert (round(not_maintained.estimate, 1), round(not_maintained.std_err, 2)) == (22.7, 4.18)


class TestAgainstTheTestsOfR:
    """Data and values of tests/quantile.R and tests/survtest.R of the R package survival."""

    DAYS, EVENTS = [9, 1, 1, 6, 6, 8], [True, True, False, True, True, False]

    def test_quantiles_before_between_on_and_after_the_steps(self):
        km = kaplan_meier([*self.DAYS, 10], [*self.EVENTS, False], "log")
        quantiles = [km.quantile(1 - q) for q in (13 / 14, 6 / 7, 2 / 3, 0.5, 9 / 35, 0.1)]
        assert [q.estimate for q in quantiles] == [1, 3.5, 6, 9, 9.5, None]
        assert [q.lower for q in quantiles] == [1, 1, 1, 6, 6, 9]
        assert [q.upper for q in quantiles] == [None] * 6

    def test_number_at_risk_and_estimate_between_the_days(self):
        km = kaplan_meier(self.DAYS, self.EVENTS)
        landmarks = [km.at(day) for day in (0, 1, 5, 6, 7, 8, 9, 10)]
        assert [landmark.n_risk for landmark in landmarks] == [6, 6, 4, 4, 2, 2, 1, 0]
        assert [landmark.n_event for landmark in landmarks] == [0, 1, 1, 3, 3, 3, 4, 4]
        expected = [1, 5 / 6, 5 / 6, 5 / 12, 5 / 12, 5 / 12, 0, 0]
        assert [landmark.estimate for landmark in landmarks] == pytest.approx(expected)


class TestMedianByHand:
    @pytest.mark.parametrize(
        ("days", "events", "median"),
        [
            pytest.param([1, 2, 3, 4], [True, True, False, False], 3, id="level at 0.5 to the end"),
            pytest.param([10, 20, 30, 40, 50, 60], [True] * 6, 35, id="level at 0.5 until the next event"),
            pytest.param(range(1, 13), [True] * 12, 6.5, id="level at 0.5 less a rounding error"),
            pytest.param(range(1, 25), [True] * 24, 12.5, id="level at 0.5 and a rounding error"),
            pytest.param([0, 3, 5, 9], [True, True, False, True], 6, id="event on day 0"),
            pytest.param([7, 7, 7], [True] * 3, 7, id="all on one day"),
            pytest.param([5], [True], 5, id="one subject with an event"),
            pytest.param([0], [True], 0, id="one subject with an event on day 0"),
        ],
    )
    def test_reached(self, days, events, median):
        assert kaplan_meier(days, events).median().estimate == median

    @pytest.mark.parametrize(
        ("days", "events"),
        [
            pytest.param([1, 2, 3], [False, False, False], id="all censored"),
            pytest.param([5], [False], id="one subject censored"),
            pytest.param([], [], id="nobody"),
        ],
    )
    def test_not_reached(self, days, events):
        assert kaplan_meier(days, events).median() == NOTHING

    def test_the_lower_limit_may_be_reached_where_the_median_is_not(self):
        # S(1) = 2/3; log-log by hand: (2/3) ** exp(1.96 * 0.2722 / (2/3 * 0.4055)) = 0.055.
        assert kaplan_meier([1, 2, 3], [True, False, False]).median() == Estimate(None, 1, None)

    def test_no_limits_when_all_leave_on_one_day(self):
        assert kaplan_meier([7, 7, 7], [True] * 3).median() == Estimate(7, None, None)

    def test_no_upper_limit_where_the_curve_ends_at_0(self):
        # S: 3/4, 1/2, 1/4, 0. Log-log by hand: lower limit of S(1) = 0.75 ** exp(1.96 * sqrt(1/12) / 0.28768) = 0.128.
        median = kaplan_meier([1, 2, 3, 4], [True] * 4).median()
        assert (median.estimate, median.lower, median.upper) == (2.5, 1, None)

    def test_a_level_part_at_a_limit_counts_from_the_limit(self):
        # Plain interval by hand: S(1) = 1/2 of 4 with standard error 1/4; z of the 84.13... % quantile is 1, so 3/4.
        km = kaplan_meier([1, 1, 9, 9], [True, True, False, False], "plain", 2 * 0.8413447460685429 - 1)
        assert km.at(1).upper == pytest.approx(0.75)
        assert km.quantile(0.25).upper == 5

    def test_quantile_0_and_1(self):
        km = kaplan_meier([2, 4], [True, True])
        assert (km.quantile(0).estimate, km.quantile(1).estimate) == (0, 4)
        assert kaplan_meier([], []).quantile(0) == NOTHING

    @pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
    def test_no_such_quantile(self, p):
        with pytest.raises(ValueError, match="p must lie"):
            kaplan_meier([1], [True]).quantile(p)


class TestRestrictedMean:
    # S is 1 to day 2, 3/4 to day 4, 1/2 after it.
    KM = kaplan_meier([2, 4, 4, 6], [True, True, False, False])

    def test_by_hand(self):
        # Area 2 + 1.5 + 1; variance (2.5)^2 / 12 + 1^2 / 6.
        assert self.KM.rmean(6) == (pytest.approx(4.5), pytest.approx(math.sqrt(6.25 / 12 + 1 / 6)))

    def test_between_the_days(self):
        # Area 2 + 0.75; variance 0.75^2 / 12.
        assert self.KM.rmean(3) == (pytest.approx(2.75), pytest.approx(0.75 / math.sqrt(12)))

    def test_before_the_first_observed_day(self):
        assert self.KM.rmean(1) == (1.0, 0.0)

    def test_not_estimable_beyond_follow_up(self):
        assert self.KM.rmean(7) == (None, None)

    def test_estimable_for_ever_once_the_curve_is_at_0(self):
        # The mean of 1 and 3; variance (1)^2 * 1/2.
        assert kaplan_meier([1, 3], [True, True]).rmean(100) == (pytest.approx(2.0), pytest.approx(math.sqrt(0.5)))

    def test_nobody(self):
        assert kaplan_meier([], []).rmean(10) == (None, None)


class TestReverse:
    def test_deaths_become_censorings_and_come_after_them(self):
        # Day 4: the censoring first, of 3 at risk; then nobody is censored until day 6.
        follow_up = reverse([2, 4, 4, 6], [True, True, False, False])
        assert [step[:4] for step in follow_up.steps()] == [(2, 4, 0, 1), (4, 3, 1, 1), (6, 1, 1, 0)]
        assert follow_up.at(4).estimate == pytest.approx(2 / 3)
        assert follow_up.median().estimate == 6

    def test_nobody(self):
        assert reverse([], []).median() == NOTHING


class TestRefusals:
    def test_conf_type(self):
        with pytest.raises(ValueError, match="conf_type must be one of"):
            kaplan_meier([1], [True], "loglog")

    @pytest.mark.parametrize("level", [0, 1, 95])
    def test_level(self, level):
        with pytest.raises(ValueError, match="level must lie"):
            kaplan_meier([1], [True], level=level)


class TestProperties:
    @given(observations)
    def test_estimate_is_the_product_over_the_days_of_the_exact_fractions(self, pairs):
        km = kaplan_meier(*columns(pairs))
        for day in range(0, max((day for day, _ in pairs), default=-1) + 1):
            assert km.at(day).estimate == pytest.approx(float(product_limit(pairs, day)), abs=1e-12)

    @given(st.lists(st.integers(0, 40), min_size=1, max_size=40), st.integers(0, 40))
    def test_without_censoring_it_is_the_share_left_with_the_binomial_error(self, days, day):
        landmark = kaplan_meier(days, [True] * len(days)).at(day)
        left = sum(other > day for other in days) / len(days)
        assert landmark.estimate == pytest.approx(left, abs=1e-12)
        if left > 0:
            assert landmark.std_err == pytest.approx(math.sqrt(left * (1 - left) / len(days)), abs=1e-12)

    @given(observations, conf_types, st.integers(0, 60), st.floats(0, 1))
    def test_nothing_that_leaves_is_nan_or_infinite(self, pairs, conf_type, day, p):
        for km in (kaplan_meier(*columns(pairs), conf_type), reverse(*columns(pairs), conf_type)):
            landmark, quantile = km.at(day), km.quantile(p)
            values = [landmark.estimate, landmark.std_err, landmark.lower, landmark.upper, *km.rmean(day)]
            values += [quantile.estimate, quantile.lower, quantile.upper, *(x for step in km.steps() for x in step)]
            assert all(math.isfinite(value) for value in values if value is not None)

    @given(observations, conf_types, st.integers(0, 40))
    def test_the_limits_enclose_the_estimate(self, pairs, conf_type, day):
        landmark = kaplan_meier(*columns(pairs), conf_type).at(day)
        if landmark.lower is not None:
            assert 0 <= landmark.lower <= landmark.estimate + 1e-12
            assert landmark.estimate - 1e-12 <= landmark.upper <= 1

    @given(observations, st.randoms())
    def test_the_order_of_the_subjects_is_of_no_account(self, pairs, random):
        shuffled = random.sample(pairs, len(pairs))
        assert kaplan_meier(*columns(pairs)).steps() == kaplan_meier(*columns(shuffled)).steps()


def product_limit(pairs, day):
    """The product of 1 - d / n over the days of an event up to `day`, from the definition."""
    estimate = Fraction(1)
    for u in sorted({other for other, event in pairs if event and other <= day}):
        events = sum(other == u and event for other, event in pairs)
        estimate *= 1 - Fraction(events, sum(other >= u for other, _ in pairs))
    return estimate


def test_arrays_of_any_integer_width():
    days, events = np.array([1, 2, 3], np.int16), np.array([True, False, True])
    assert kaplan_meier(days, events).steps() == kaplan_meier([1, 2, 3], [True, False, True]).steps()
