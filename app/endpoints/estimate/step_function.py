"""A step function over days since the start: what Kaplan-Meier curves and cumulative incidences have in common."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, TypeAlias

import numpy as np

from app.endpoints.estimate.day_table import Int64
from app.endpoints.estimate.interval import ConfType, Float64, finite

Values: TypeAlias = tuple[float | None, float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Landmark:
    """The curve on one day: number at risk just before it, events up to and on it, and the estimate.

    None is not estimable; `beyond_follow_up` is true for a day after the last observed one.
    """

    day: int
    n_risk: int
    n_event: int
    estimate: float | None
    std_err: float | None
    lower: float | None
    upper: float | None
    beyond_follow_up: bool


class Step(NamedTuple):
    """One row of the curve: an observed day, who was at risk just before it and who left on it."""

    day: int
    n_risk: int
    n_event: int
    n_censor: int
    estimate: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True, eq=False)
class StepFunction:
    """A right-continuous estimate on every distinct observed day; all arrays have shape (D,), NaN is not estimable.

    `n_risk` is just before the day; `std_err` is that of the estimate itself; `level` is the confidence level.
    """

    day: Int64
    n_risk: Int64
    n_event: Int64
    n_censor: Int64
    estimate: Float64
    std_err: Float64
    lower: Float64
    upper: Float64
    conf_type: ConfType
    level: float

    origin: ClassVar[Values]

    def __post_init__(self) -> None:
        """Close the arrays against writing."""
        for array in (self.day, self.n_risk, self.n_event, self.n_censor):
            array.setflags(write=False)
        for column in (self.estimate, self.std_err, self.lower, self.upper):
            column.setflags(write=False)

    def at(self, day: int) -> Landmark:
        """Read the curve on a day (days since the start, 0 or later; ValueError otherwise).

        After the last observed day nothing is estimable, unless all who were left had an event on that day.
        """
        if day < 0:
            raise ValueError(f"day must be 0 or later, not {day}")
        next_row, rows = (int(np.searchsorted(self.day, day, side)) for side in ("left", "right"))
        beyond = next_row == self.day.size
        n_risk = 0 if beyond else int(self.n_risk[next_row])
        return Landmark(int(day), n_risk, int(self.n_event[:rows].sum()), *self._values(rows, beyond), beyond)

    def steps(self) -> list[Step]:
        """Give every distinct observed day in order."""
        counts = (column.tolist() for column in (self.day, self.n_risk, self.n_event, self.n_censor))
        values = (map(finite, column.tolist()) for column in (self.estimate, self.lower, self.upper))
        return [Step(*row) for row in zip(*counts, *values, strict=True)]

    def _values(self, rows: int, beyond: bool) -> Values:
        if beyond and not self._complete():
            return None, None, None, None
        if rows == 0:
            return self.origin
        row = rows - 1
        return finite(self.estimate[row]), finite(self.std_err[row]), finite(self.lower[row]), finite(self.upper[row])

    def _complete(self) -> bool:
        # Nobody censored on the last day: all who were left had an event, so the curve is known for ever after.
        return self.day.size > 0 and int(self.n_censor[-1]) == 0
