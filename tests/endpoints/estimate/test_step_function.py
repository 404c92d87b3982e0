"""Reading a step function: on a day, between days, beyond follow-up and as rows."""

import pytest

from app.endpoints.estimate import Landmark, Step, kaplan_meier


class TestAt:
    KM = kaplan_meier([2, 4, 4, 6], [True, True, False, False])

    def test_before_the_first_observed_day(self):
        assert self.KM.at(1) == Landmark(1, 4, 0, 1.0, 0.0, 1.0, 1.0, False)

    def test_events_come_before_censorings_on_a_shared_day(self):
        # 3/4 * 2/3; Greenwood: 0.5 * sqrt(1/(4*3) + 1/(3*2)) = 1/4.
        landmark = self.KM.at(4)
        assert (landmark.n_risk, landmark.n_event) == (3, 2)
        assert (landmark.estimate, landmark.std_err) == (pytest.approx(0.5), pytest.approx(0.25))

    def test_the_last_observed_day_is_not_beyond_follow_up(self):
        assert self.KM.at(6).beyond_follow_up is False
        assert self.KM.at(6).estimate == pytest.approx(0.5)

    def test_nothing_is_carried_beyond_follow_up(self):
        assert self.KM.at(7) == Landmark(7, 0, 2, None, None, None, None, True)

    def test_a_curve_at_0_stays_there(self):
        assert kaplan_meier([1, 2], [True, True]).at(9) == Landmark(9, 0, 2, 0.0, None, None, None, True)

    def test_log_log_has_no_limits_at_1_once_time_has_begun(self):
        landmark = kaplan_meier([1, 5], [False, True]).at(2)
        assert (landmark.estimate, landmark.std_err, landmark.lower, landmark.upper) == (1.0, 0.0, None, None)

    def test_nobody(self):
        assert kaplan_meier([], []).at(28) == Landmark(28, 0, 0, None, None, None, None, True)

    def test_no_day_before_the_start(self):
        with pytest.raises(ValueError, match="day must be 0 or later"):
            self.KM.at(-1)


class TestSteps:
    def test_every_distinct_observed_day(self):
        steps = kaplan_meier([4, 2, 4, 6], [True, True, False, False], "plain").steps()
        assert [step[:4] for step in steps] == [(2, 4, 1, 0), (4, 3, 1, 1), (6, 1, 0, 1)]
        assert [step.estimate for step in steps] == pytest.approx([0.75, 0.5, 0.5])

    def test_limits_that_do_not_exist_are_none(self):
        assert kaplan_meier([3], [True]).steps() == [Step(3, 1, 1, 0, 0.0, None, None)]

    def test_nobody(self):
        assert kaplan_meier([], []).steps() == []

    def test_the_arrays_are_closed_against_writing(self):
        with pytest.raises(ValueError, match="read-only"):
            kaplan_meier([3], [True]).estimate[0] = 1
        with pytest.raises(ValueError, match="read-only"):
            kaplan_meier([3], [True]).n_event[0] = 0
