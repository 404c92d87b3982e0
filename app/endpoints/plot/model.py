"""What is drawn, as plain data.

The contract at the doors, section Endpoints: numbers are those of the estimate, days are whole days since the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from app.endpoints.estimate.step_function import Step


class Interval(NamedTuple):
    """An estimate with its limits; None is not reached or not estimable."""

    estimate: float | None
    lower: float | None
    upper: float | None


class Landmark(NamedTuple):
    """A curve read on one day: proportion with limits, subjects at risk just before the day."""

    day: int
    n_risk: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands around a picture: heading and notes, and the description for those who cannot see it."""

    title: str
    header: Sequence[str]
    notes: Sequence[str]
    description: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One step function. style: its place among the line styles; median in days, None where there is none to give."""

    label: str
    style: int
    steps: Sequence[Step]
    n: int
    events: int
    landmarks: Sequence[Landmark]
    median: Interval | None = None

    @property
    def last_day(self) -> int:
        """Last observed day; 0 without subjects."""
        return self.steps[-1].day if self.steps else 0


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves on one pair of axes."""

    title: str | None
    curves: Sequence[Curve]
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class CurvePlot:
    """Panels over one time axis, with the numbers at risk below it.

    origin: value of every curve before its first day (1 without event, 0 for an incidence); at_risk: the curves whose
    numbers are shown; level: confidence level; landmarks: the days that are tabulated above a panel.
    """

    facts: Facts
    panels: Sequence[Panel]
    at_risk: Sequence[Curve]
    origin: Literal[0, 1]
    level: float
    landmarks: Sequence[int]
    x_label: str
    y_label: str


@dataclass(frozen=True, slots=True)
class Share:
    """One row of a proportion plot: count of total, exact limits; remark says what is still open."""

    label: str
    count: int
    total: int
    interval: Interval
    remark: str
    overall: bool = False


@dataclass(frozen=True, slots=True)
class ProportionPlot:
    """Shares with their intervals, one row each."""

    facts: Facts
    shares: Sequence[Share]
    level: float
    x_label: str
    count_label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened in a lane. kind: a name of `swimmer.MARKS`; letter: the grade that stands beside it."""

    kind: str
    day: int
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One subject. days: length; in_response: (first, last) days in remission; ongoing: still followed."""

    label: str
    days: int
    marks: Sequence[Mark]
    in_response: Sequence[tuple[int, int]]
    ongoing: bool


@dataclass(frozen=True, slots=True)
class SwimmerPlot:
    """Lanes from top to bottom; horizon: last day of the longest lane of the whole study, so that pages compare."""

    facts: Facts
    lanes: Sequence[Lane]
    horizon: int
