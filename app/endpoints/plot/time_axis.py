"""Ticks of an axis in days: steps that are whole weeks, hundreds of days or whole years of 365 days."""

from __future__ import annotations

from dataclasses import dataclass

CURVE_STEPS = (1, 2, 7, 14, 28, 50, 100, 200, 365, 730, 1825, 3650, 7300)
LANE_STEPS = (1, 2, 7, 14, 28, 56, 84, 168, 365, 730, 1825, 3650, 7300)
WEEK, YEAR = 7, 365
SHORTEST = 7


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Days from 0 to `end`, with a tick every `step`."""

    end: float
    step: int

    @property
    def ticks(self) -> list[int]:
        """Days with a tick."""
        return list(range(0, int(self.end) + 1, self.step))

    def label(self, day: int) -> str:
        """The day, and below it the same in years or weeks where the step is whole ones."""
        if day and self.step % YEAR == 0:
            return f"{day}\n{day // YEAR} y"
        if day and self.step % WEEK == 0:
            return f"{day}\n{day // WEEK} wk"
        return str(day)


def time_axis(horizon: int, steps: tuple[int, ...] = CURVE_STEPS, most: int = 10) -> TimeAxis:
    """An axis for days 0 to `horizon` with at most so many ticks after 0; a little wider, so that ends can be seen."""
    last = max(horizon, SHORTEST)
    step = next((step for step in steps if last / step <= most), steps[-1])
    return TimeAxis(last * 1.02, step)
