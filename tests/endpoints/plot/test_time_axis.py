"""Ticks of a time axis: few, round, and in years where they are whole ones."""

import pytest

from app.endpoints.plot.time_axis import LANE_STEPS, time_axis


@pytest.mark.parametrize(
    ("horizon", "ticks"),
    [
        (0, [0, 1, 2, 3, 4, 5, 6, 7]),
        (28, [0, 7, 14, 21, 28]),
        (730, [0, 100, 200, 300, 400, 500, 600, 700]),
        (1095, [0, 200, 400, 600, 800, 1000]),
    ],
)
def test_ticks(horizon: int, ticks: list[int]) -> None:
    assert time_axis(horizon).ticks == ticks


def test_lanes_count_in_weeks() -> None:
    axis = time_axis(200, LANE_STEPS)
    assert [axis.label(day) for day in axis.ticks[:3]] == ["0", "28\n4 wk", "56\n8 wk"]


def test_long_follow_up_counts_in_years() -> None:
    axis = time_axis(6299)
    assert [axis.label(day) for day in axis.ticks[:3]] == ["0", "730\n2 y", "1460\n4 y"]


@pytest.mark.parametrize("horizon", [1, 29, 100, 366, 5000, 40_000])
def test_never_more_ticks_than_there_is_room_for(horizon: int) -> None:
    assert 2 <= len(time_axis(horizon).ticks) <= 11
