"""Kaplan-Meier estimate with Greenwood's variance, its quantiles and its restricted mean.
https://doi.org/10.1080/01621459.1958.10501452 (Kaplan and Meier 1958)
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from app.endpoints.estimate.day_table import Booleans, Int64, Integers, day_table, event_codes
from app.endpoints.estimate.interval import ConfType, Estimate, Float64, confidence_limits
from app.endpoints.estimate.step_function import StepFunction, Values

# Two probabilities this close are one: 1 - p is often missed by a rounding error (R uses the same tolerance).
TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))


class RestrictedMean(NamedTuple):
    """Mean days without the event up to a horizon, and its standard error; None where not estimable."""

    estimate: float | None
    std_err: float | None


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier(StepFunction):
    """Probability of no event yet, by day."""

    origin: ClassVar[Values] = (1.0, 0.0, 1.0, 1.0)

    def quantile(self, p: float) -> Estimate:
        """First day (in days, perhaps half a day) by which a share `p` have had the event, with its confidence limits.

        Where the curve is level at exactly 1 - p the middle of the level part is taken, and the limits come from
        inverting the pointwise interval (Brookmeyer and Crowley 1982), both as R's quantile.survfit does.
        None: not reached. Raises ValueError unless 0 <= p <= 1.
        """
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie between 0 and 1, not {p}")
        return Estimate(*(_crossing(self.day, curve, p) for curve in (self.estimate, self.lower, self.upper)))

    def median(self) -> Estimate:
        """Median day of the event with its confidence limits; None: not reached."""
        return self.quantile(0.5)

    def rmean(self, tau: int) -> RestrictedMean:
        """Area under the curve from day 0 to day `tau`, in days, with its standard error.

        None where `tau` lies beyond follow-up and the curve has not come down to 0. Raises ValueError if `tau` < 0.
        """
        if self.at(tau).estimate is None:
            return RestrictedMean(None, None)
        rows = int(np.searchsorted(self.day, tau, side="right"))
        edges = np.concatenate(([0], self.day[:rows], [tau]))
        areas = np.diff(edges) * np.concatenate(([1.0], self.estimate[:rows]))
        after = np.cumsum(areas[:0:-1])[::-1]
        variance = np.sum(after**2 * _hazard_variance(self.n_risk[:rows], self.n_event[:rows], exhausted=0.0))
        return RestrictedMean(float(areas.sum()), float(np.sqrt(variance)))


def kaplan_meier(days: Integers, events: Booleans, conf_type: ConfType = "log-log", level: float = 0.95) -> KaplanMeier:
    """Estimate the probability of no event yet.

    `days` are whole days since the start and `events` true for an event, false for a censoring, one each a subject; on
    a shared day events come before censorings. Raises ValueError for days or events out of range or of unequal length,
    an unknown `conf_type` or a `level` outside 0..1. Numbers agree with R's survfit.
    """
    table = day_table(days, event_codes(events), 2)
    n_risk, n_event = table.n_risk(), table.count[:, 1]
    estimate = survival(n_risk, n_event)
    std_err = estimate * np.sqrt(np.cumsum(_hazard_variance(n_risk, n_event, exhausted=np.nan)))
    lower, upper = confidence_limits(estimate, std_err, conf_type, level)
    return KaplanMeier(table.day, n_risk, n_event, table.count[:, 0], estimate, std_err, lower, upper, conf_type, level)


def reverse(days: Integers, events: Booleans, conf_type: ConfType = "log-log", level: float = 0.95) -> KaplanMeier:
    """Estimate the distribution of follow-up: censorings are the events, events the censorings.

    Arguments and errors as `kaplan_meier`; `n_event` of the result counts censorings. On a shared day the censorings
    come first, as in R's survfit of the reversed status.
    """
    return kaplan_meier(days, event_codes(events) == 0, conf_type, level)


def survival(n_risk: Int64, n_event: Int64) -> Float64:
    """Product-limit estimate after each day from the numbers at risk and with an event, along the first axis."""
    return np.cumprod((n_risk - n_event) / n_risk, axis=0, dtype=np.float64)


def before(curve: Float64, origin: float) -> Float64:
    """Value just before each day of a curve that starts at `origin`, along the first axis."""
    return np.concatenate((np.full_like(curve[:1], origin), curve[:-1]))


def _hazard_variance(n_risk: Int64, n_event: Int64, exhausted: float) -> Float64:
    # Greenwood's term d / n(n - d); `exhausted` stands where everybody at risk had the event.
    terms = np.full(n_risk.shape, exhausted)
    remaining = n_risk - n_event
    np.divide(n_event, n_risk * remaining, out=terms, where=remaining > 0)
    return terms


def _crossing(day: Int64, curve: Float64, p: float) -> float | None:
    """Day on which `curve`, starting from 1 on day 0, comes down to 1 - p, or None."""
    if day.size == 0:
        return None
    if p == 0:
        return 0.0
    known = ~np.isnan(curve)
    level, first = np.unique(np.concatenate(([0.0], 1 - curve[known])), return_index=True)
    days = np.concatenate(([0], day[known]))[first]
    reached = int(np.searchsorted(level, p - TOLERANCE))
    passed = int(np.searchsorted(level, p + TOLERANCE))
    if reached < level.size and abs(1 - curve[-1] - p) < TOLERANCE:
        return float(days[reached] + day[-1]) / 2
    return float(days[reached] + days[passed]) / 2 if passed < level.size else None
