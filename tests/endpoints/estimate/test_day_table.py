"""Counting by day and code, by hand."""

import numpy as np
import pytest

from app.endpoints.estimate import kaplan_meier
from app.endpoints.estimate.day_table import at_risk, day_table, event_codes


def test_distinct_days_in_order_with_their_counts_by_code():
    table = day_table([9, 0, 9, 4, 9], np.array([2, 0, 2, 1, 0]), 3)
    assert table.day.tolist() == [0, 4, 9]
    assert table.count.tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 2]]
    assert table.n_risk().tolist() == [5, 4, 3]


def test_nobody():
    table = day_table([], event_codes([]), 2)
    assert (table.day.size, table.count.shape, table.n_risk().size) == (0, (0, 2), 0)


def test_at_risk_by_group():
    assert at_risk(np.array([[1, 0], [2, 3], [0, 4]])).tolist() == [[3, 7], [2, 7], [0, 4]]


def test_days_as_far_apart_as_calendar_dates_can_be():
    # 31 December 9999, which some systems write for an open end, is day 3,652,058 after 1 January 1.
    assert day_table([0, 3_652_058], event_codes([True, False]), 2).day.tolist() == [0, 3_652_058]


@pytest.mark.parametrize(
    ("days", "events", "message"),
    [
        ([-1], [True], "days must lie between"),
        ([4_000_000], [True], "days must lie between"),
        ([1.5], [True], "days must be a one-dimensional array of integers"),
        ([[1, 2]], [True, True], "days must be a one-dimensional array of integers"),
        ([1, 2], [True], "1 codes for 2 days"),
        ([1], [1], "events must be booleans"),
        ([1], [None], "events must be booleans"),
    ],
)
def test_refusals(days, events, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(days, events)
