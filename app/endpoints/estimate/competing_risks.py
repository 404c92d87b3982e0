"""Cumulative incidence of competing causes after Aalen and Johansen, with two named variances.
https://doi.org/10.1214/aos/1176344198 (Aalen 1978), https://doi.org/10.1002/bimj.200900039 (Allignol et al. 2010)
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple, get_args

import numpy as np

from app.endpoints.estimate.day_table import DayTable, Int64, Integers, day_table, whole_numbers
from app.endpoints.estimate.gray import GrayTest, gray_test
from app.endpoints.estimate.interval import ConfType, Float64, confidence_limits
from app.endpoints.estimate.kaplan_meier import before, survival
from app.endpoints.estimate.step_function import StepFunction, Values

__all__ = ["AalenJohansen", "CumulativeIncidence", "GrayTest", "VarianceKind", "aalen_johansen", "gray_test"]

VarianceKind = Literal["aalen", "greenwood"]


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence(StepFunction):
    """Probability of an event of one cause by a day; `n_event` counts that cause, `n_censor` true censorings."""

    cause: int
    variance: VarianceKind

    origin: ClassVar[Values] = (0.0, 0.0, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class AalenJohansen:
    """The curves of all causes, and the probability of no event yet on the same days, shape (D,)."""

    event_free: Float64
    causes: tuple[CumulativeIncidence, ...]

    def cause(self, cause: int) -> CumulativeIncidence:
        """Give the curve of a cause; raises ValueError for a code that is no cause."""
        if not 1 <= cause <= len(self.causes):
            raise ValueError(f"cause must lie between 1 and {len(self.causes)}, not {cause}")
        return self.causes[cause - 1]


class _Course(NamedTuple):
    """What the variance of one cause is made of, by day."""

    n_risk: Int64
    own: Int64
    other: Int64
    before: Float64
    after: Float64
    incidence: Float64


def aalen_johansen(
    days: Integers,
    causes: Integers,
    n_causes: int | None = None,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
    variance: VarianceKind = "aalen",
) -> AalenJohansen:
    """Estimate the cumulative incidence of each cause.

    `days` are whole days since the start; `causes` are 0 for a censoring and 1..n_causes (default: the highest that
    occurs) for an event, one each a subject; on a shared day events come before censorings. Variance `aalen` is that
    of R's cmprsk::cuminc, `greenwood` that of etm and, squared, the standard error of survival::survfit. Raises
    ValueError for values out of range or of unequal length, or unknown names.
    """
    if variance not in get_args(VarianceKind):
        raise ValueError(f"variance must be one of {', '.join(get_args(VarianceKind))}, not {variance!r}")
    codes = whole_numbers(causes, "causes")
    known = int(codes.max(initial=0)) if n_causes is None else n_causes
    table = day_table(days, codes, known + 1)
    event_free = survival(table.n_risk(), table.count[:, 1:].sum(axis=1))
    curves = (_incidence(table, event_free, cause, conf_type, level, variance) for cause in range(1, known + 1))
    return AalenJohansen(event_free, tuple(curves))


def _incidence(
    table: DayTable, event_free: Float64, cause: int, conf_type: ConfType, level: float, variance: VarianceKind
) -> CumulativeIncidence:
    n_risk, n_event, n_censor = table.n_risk(), table.count[:, cause], table.count[:, 0]
    n_other = table.count[:, 1:].sum(axis=1) - n_event
    previous = before(event_free, 1.0)
    estimate = np.cumsum(previous * n_event / n_risk)
    # A sum of jumps may miss 1 by a rounding error; nothing but certainty lies this near.
    estimate[estimate > 1 - 1e-12] = 1.0
    course = _Course(n_risk, n_event, n_other, previous, event_free, estimate)
    std_err = np.sqrt(_VARIANCES[variance](course))
    lower, upper = confidence_limits(estimate, std_err, conf_type, level)
    return CumulativeIncidence(
        table.day, n_risk, n_event, n_censor, estimate, std_err, lower, upper, conf_type, level, cause, variance
    )


def _aalen(course: _Course) -> Float64:
    """Sum over days u of own (1 - r)^2 + other r^2, where r = (F(t) - F(u)) / S(u)."""
    own, other = (_jump_variance(course, n_event) for n_event in (course.own, course.other))
    inverse = np.divide(1, course.after, out=np.zeros_like(course.after), where=course.after > 0)
    ratio = course.incidence * inverse
    return _accumulate(
        course.incidence,
        own * (1 + ratio) ** 2 + other * ratio**2,
        inverse * (own * (1 + ratio) + other * ratio),
        inverse**2 * (own + other),
    )


def _jump_variance(course: _Course, n_event: Int64) -> Float64:
    # Tied events are drawn without replacement, hence the second factor.
    ties = 1 - np.maximum(n_event - 1, 0) / np.maximum(course.n_risk - 1, 1)
    return course.before**2 * n_event / course.n_risk**2 * ties


def _greenwood(course: _Course) -> Float64:
    """Sum over days u of the multinomial variance of S(u-) dA_own - (F(t) - F(u)) dA / (1 - dA)."""
    hazard, own = (course.own + course.other) / course.n_risk, course.own / course.n_risk
    incidence = course.incidence
    square = course.before**2 * own * (1 - own) / course.n_risk
    cross = course.before * own / course.n_risk
    later = np.divide(hazard, (1 - hazard) * course.n_risk, out=np.zeros_like(hazard), where=hazard < 1)
    constant = square + incidence * (2 * cross + incidence * later)
    return _accumulate(incidence, constant, cross + incidence * later, later)


def _accumulate(incidence: Float64, constant: Float64, linear: Float64, quadratic: Float64) -> Float64:
    """Sum of constant - 2 F(t) linear + F(t)^2 quadratic over the days up to each day t."""
    a, b, c = np.cumsum(constant), np.cumsum(linear), np.cumsum(quadratic)
    # Rounding may carry a variance of 0 just below it.
    return np.maximum(a - incidence * (2 * b - incidence * c), 0.0)


_VARIANCES = {"aalen": _aalen, "greenwood": _greenwood}
