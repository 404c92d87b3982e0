"""Cumulative incidence against arithmetic by hand and identities."""

import math
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.endpoints.estimate import Landmark, aalen_johansen, kaplan_meier

# S: 4/5 after day 1, 3/5 after days 2 and 3, 3/10 after day 4. F1: 1/5, then + 3/5 * 1/2 on day 4. F2: 4/5 * 1/4.
DAYS, CAUSES = [1, 2, 3, 4, 5], [1, 2, 0, 1, 0]

observations = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), max_size=40)
kinds = st.sampled_from(["aalen", "greenwood"])
conf_types = st.sampled_from(["log-log", "log", "plain"])


def columns(pairs):
    return [day for day, _ in pairs], [cause for _, cause in pairs]


class TestByHand:
    def test_estimates(self):
        curves = aalen_johansen(DAYS, CAUSES)
        assert [step.estimate for step in curves.cause(1).steps()] == pytest.approx([0.2, 0.2, 0.2, 0.5, 0.5])
        assert [step.estimate for step in curves.cause(2).steps()] == pytest.approx([0, 0.2, 0.2, 0.2, 0.2])
        assert curves.event_free.tolist() == pytest.approx([0.8, 0.6, 0.6, 0.3, 0.3])

    def test_counts(self):
        steps = aalen_johansen(DAYS, CAUSES).cause(2).steps()
        assert [step[:4] for step in steps] == [(1, 5, 0, 0), (2, 4, 1, 0), (3, 3, 0, 1), (4, 2, 0, 0), (5, 1, 0, 1)]

    def test_aalen_variance(self):
        # Day 1: 1/25. Day 4: 1/25 * (1 - 0.3/0.8)^2 + 0.64/16 * (0.3/0.6)^2 + 0.36/4.
        curve = aalen_johansen(DAYS, CAUSES).cause(1)
        assert curve.at(1).std_err ** 2 == pytest.approx(0.04)
        assert curve.at(4).std_err ** 2 == pytest.approx(0.04 * 0.625**2 + 0.04 * 0.5**2 + 0.09)

    def test_aalen_variance_of_tied_events(self):
        # 2 of 4 on one day, drawn without replacement: 2/16 * (1 - 1/3).
        assert aalen_johansen([7] * 4, [1, 1, 0, 0]).cause(1).at(7).std_err ** 2 == pytest.approx(1 / 12)

    def test_aalen_variance_when_the_last_subject_has_the_event(self):
        # Day 1: 1/4 * (1 - (1 - 1/2) / (1/2))^2 = 0; day 2: (1/2)^2 * 1.
        curve = aalen_johansen([1, 2], [1, 1]).cause(1)
        assert (curve.at(2).estimate, curve.at(2).std_err) == (1.0, pytest.approx(0.5))

    @pytest.mark.parametrize("variance", ["aalen", "greenwood"])
    def test_no_variance_below_0_by_rounding(self, variance):
        # Everybody had the event, so both variances are 0. Aalen: (1 - 2/3 / (2/3))^2 / 9 and, both of 2 drawn, 0.
        curve = aalen_johansen([1, 3, 3], [2, 2, 2], variance=variance).cause(2)
        assert curve.at(3).std_err == pytest.approx(0, abs=1e-7)

    def test_greenwood_variance(self):
        # Days 1 and 2 have no censoring before them, so the binomial 0.2 * 0.8 / 5 holds for both causes.
        curves = aalen_johansen(DAYS, CAUSES, variance="greenwood")
        assert curves.cause(1).at(2).std_err ** 2 == pytest.approx(0.032)
        assert curves.cause(2).at(2).std_err ** 2 == pytest.approx(0.032)

    def test_log_log_limits(self):
        # 0.2 ** exp(+-1.959964 * 0.2 / (0.2 * ln 0.2)), by hand.
        landmark = aalen_johansen(DAYS, CAUSES).cause(1).at(1)
        exponent = math.exp(1.959963984540054 / math.log(5))
        assert (landmark.lower, landmark.upper) == (pytest.approx(0.2**exponent), pytest.approx(0.2 ** (1 / exponent)))

    @pytest.mark.parametrize("conf_type", ["log-log", "logit", "arcsin"])
    def test_a_certain_event_has_no_limits_though_its_jumps_miss_1_by_rounding(self, conf_type):
        assert reduce(add, [1 / 6] * 6) != 1  # sum() compensates from Python 3.12 on
        landmark = aalen_johansen([1, 2, 3, 4, 5, 6], [1] * 6, conf_type=conf_type).cause(1).at(6)
        assert (landmark.estimate, landmark.lower, landmark.upper) == (1.0, None, None)


class TestAt:
    CURVES = aalen_johansen(DAYS, CAUSES)

    def test_before_the_first_observed_day(self):
        assert self.CURVES.cause(1).at(0) == Landmark(0, 5, 0, 0.0, 0.0, None, None, False)

    def test_no_event_of_the_cause_yet(self):
        assert self.CURVES.cause(2).at(1) == Landmark(1, 5, 0, 0.0, 0.0, None, None, False)

    def test_nothing_is_carried_beyond_follow_up(self):
        assert self.CURVES.cause(1).at(6) == Landmark(6, 0, 2, None, None, None, None, True)

    def test_known_for_ever_once_everybody_had_an_event(self):
        landmark = aalen_johansen([1, 2], [2, 1], variance="greenwood").cause(1).at(9)
        assert (landmark.n_risk, landmark.n_event, landmark.beyond_follow_up) == (0, 1, True)
        assert (landmark.estimate, landmark.std_err) == (pytest.approx(0.5), pytest.approx(math.sqrt(0.125)))

    def test_a_cause_without_events_has_a_curve(self):
        curve = aalen_johansen([1, 2], [1, 0], n_causes=2).cause(2)
        assert curve.at(2) == Landmark(2, 1, 0, 0.0, 0.0, None, None, False)

    def test_nobody(self):
        curve = aalen_johansen([], [], n_causes=2).cause(2)
        assert curve.at(28) == Landmark(28, 0, 0, None, None, None, None, True)
        assert curve.steps() == []
        assert aalen_johansen([], []).causes == ()

    def test_it_names_what_it_is(self):
        curve = aalen_johansen(DAYS, CAUSES, conf_type="log", level=0.9, variance="greenwood").cause(2)
        assert (curve.cause, curve.conf_type, curve.level, curve.variance) == (2, "log", 0.9, "greenwood")


class TestRefusals:
    @pytest.mark.parametrize("cause", [0, 3])
    def test_a_code_that_is_no_cause(self, cause):
        with pytest.raises(ValueError, match="cause must lie"):
            aalen_johansen(DAYS, CAUSES).cause(cause)

    @pytest.mark.parametrize(
        ("days", "causes", "message"),
        [
            ([1, 2], [1, 3], "codes must lie between 0 and 2"),
            ([1, 2], [1, -1], "codes must lie between 0 and 2"),
            ([1, 2], [1], "1 codes for 2 days"),
            ([1, 2], [True, False], "causes must be a one-dimensional array of integers"),
        ],
    )
    def test_data(self, days, causes, message):
        with pytest.raises(ValueError, match=message):
            aalen_johansen(days, causes, n_causes=2)

    def test_variance(self):
        with pytest.raises(ValueError, match="variance must be one of aalen, greenwood"):
            aalen_johansen(DAYS, CAUSES, variance="jackknife")


class TestProperties:
    @given(observations)
    def test_causes_and_event_free_make_1(self, pairs):
        days, causes = columns(pairs)
        curves = aalen_johansen(days, causes, n_causes=2)
        total = curves.cause(1).estimate + curves.cause(2).estimate
        assert np.allclose(total + kaplan_meier(days, [cause > 0 for cause in causes]).estimate, 1, atol=1e-12)

    @given(observations)
    def test_a_lone_cause_is_the_complement_of_kaplan_meier_with_greenwood_error(self, pairs):
        days, events = [day for day, _ in pairs], [cause > 0 for _, cause in pairs]
        curve = aalen_johansen(days, [int(event) for event in events], n_causes=1, variance="greenwood").cause(1)
        km = kaplan_meier(days, events)
        assert np.allclose(curve.estimate, 1 - km.estimate, atol=1e-12)
        alive = km.estimate > 0
        assert np.allclose(curve.std_err[alive] ** 2, km.std_err[alive] ** 2, atol=1e-12)

    @given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 2)), min_size=1), st.integers(0, 30))
    def test_without_censoring_it_is_the_share_with_the_binomial_variance(self, pairs, day):
        landmark = aalen_johansen(*columns(pairs), n_causes=2, variance="greenwood").cause(1).at(day)
        share = sum(other <= day and cause == 1 for other, cause in pairs) / len(pairs)
        assert landmark.estimate == pytest.approx(share, abs=1e-12)
        assert landmark.std_err**2 == pytest.approx(share * (1 - share) / len(pairs), abs=1e-12)

    @given(observations, kinds, conf_types, st.integers(0, 40))
    def test_nothing_that_leaves_is_nan_or_infinite(self, pairs, variance, conf_type, day):
        curves = aalen_johansen(*columns(pairs), n_causes=2, conf_type=conf_type, variance=variance)
        for curve in curves.causes:
            landmark = curve.at(day)
            values = [landmark.estimate, landmark.std_err, landmark.lower, landmark.upper]
            values += [value for step in curve.steps() for value in step]
            assert all(math.isfinite(value) for value in values if value is not None)
