"""What is drawn of a curve. Expected values are written down from the steps by hand."""

import pytest

from app.endpoints.estimate.step_function import Step
from app.endpoints.plot.at_risk import at_risk
from app.endpoints.plot.curves import bands, outline
from tests.endpoints.plot.pictures import STEPS


def test_a_curve_starts_at_day_zero_and_ends_with_the_last_observed_day() -> None:
    days, values = outline(STEPS, 1)
    assert days == [0, 10, 20, 30, 40, 50]
    assert values == [1.0, 0.8, 0.8, 8 / 15, 8 / 15, 8 / 15]


def test_nobody_has_no_curve() -> None:
    assert outline([], 1) == ([], [])
    assert bands([], 1) == []


def test_an_event_on_day_zero_is_a_drop_on_day_zero() -> None:
    assert outline([Step(0, 3, 1, 2, 2 / 3, None, None)], 1) == ([0, 0], [1.0, 2 / 3])


def test_an_incidence_starts_at_nought() -> None:
    assert outline([Step(5, 2, 1, 1, 0.5, 0.1, 0.9)], 0) == ([0, 5], [0.0, 0.5])


def test_the_band_holds_its_limits_until_the_next_step() -> None:
    assert bands(STEPS[:3], 1) == [([0, 10, 20, 30], [1.0, 0.2, 0.2, 0.07], [1.0, 0.97, 0.97, 0.86])]


def test_no_band_where_no_limits_are_estimable() -> None:
    steps = [Step(10, 9, 0, 1, 1.0, None, None), Step(20, 8, 4, 0, 0.5, 0.2, 0.8), Step(30, 4, 4, 0, 0.0, None, None)]
    assert bands(steps, 1) == [([0, 10], [1.0, 1.0], [1.0, 1.0]), ([20, 30], [0.2, 0.2], [0.8, 0.8])]


@pytest.mark.parametrize(("day", "expected"), [(0, 5), (10, 5), (11, 4), (30, 3), (50, 1), (51, 0)])
def test_numbers_at_risk_are_those_just_before_the_day(day: int, expected: int) -> None:
    assert at_risk(STEPS, day) == expected


def test_nobody_is_at_risk_of_nobody() -> None:
    assert at_risk([], 0) == 0
