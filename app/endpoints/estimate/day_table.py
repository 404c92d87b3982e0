"""Subjects counted by day and by code: the one pass over the data that every estimator starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Integers = NDArray[np.integer[Any]] | Sequence[int]
Booleans = NDArray[np.bool_] | Sequence[bool]

# No two calendar dates lie further apart; counting by day needs memory in proportion to the last day.
LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class DayTable:
    """Distinct observed days in order, shape (D,), and the subjects observed to each by code, shape (D, codes)."""

    day: Int64
    count: Int64

    def n_risk(self) -> Int64:
        """Subjects at risk just before each day, shape (D,)."""
        return at_risk(self.count.sum(axis=1))


def day_table(days: Integers, codes: Int64, n_codes: int) -> DayTable:
    """Count subjects by observed day and by code 0..n_codes-1.

    `days` are whole days since the start, one a subject. Raises ValueError for days that are negative, not whole or
    further away than any calendar date, and for codes of another length or outside the range.
    """
    checked = _checked_days(days)
    if codes.shape != checked.shape:
        raise ValueError(f"{codes.size} codes for {checked.size} days")
    if codes.size and not 0 <= codes.min() <= codes.max() < n_codes:
        raise ValueError(f"codes must lie between 0 and {n_codes - 1}")
    observed = np.bincount(checked) > 0
    day = np.flatnonzero(observed)
    row = np.cumsum(observed) - 1
    cells = np.bincount(row[checked] * n_codes + codes, minlength=day.size * n_codes)
    return DayTable(day, cells.reshape(day.size, n_codes))


def at_risk(leaving: Int64) -> Int64:
    """Subjects at risk just before each day from those who leave on it, along the first axis."""
    return np.flip(np.cumsum(np.flip(leaving, axis=0), axis=0), axis=0)


def event_codes(events: Booleans) -> Int64:
    """Give 1 for an event and 0 for a censoring; raises ValueError unless every value is a boolean."""
    array = np.asarray(events)
    if array.size and array.dtype != np.bool_:
        raise ValueError(f"events must be booleans, not {array.dtype}")
    return array.astype(np.int64)


def whole_numbers(values: Integers, name: str) -> Int64:
    """Give a one-dimensional array of integers; raises ValueError for anything else."""
    array = np.asarray(values)
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a one-dimensional array of integers, not {array.ndim}-d {array.dtype}")
    return array.astype(np.int64, copy=False)


def _checked_days(days: Integers) -> Int64:
    array = whole_numbers(days, "days")
    if array.size and (array.min() < 0 or array.max() > LAST_DAY):
        raise ValueError(f"days must lie between 0 and {LAST_DAY}")
    return array
