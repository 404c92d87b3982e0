"""Why a number is not there: one plain sentence for every null of an estimate.

docs/endpoints.md
"""

from __future__ import annotations

import numpy as np

from app.endpoints.estimate import Estimate, KaplanMeier, Landmark, RestrictedMean
from app.endpoints.estimate.step_function import StepFunction

NO_SUBJECTS, NO_FOLLOW_UP = "no subjects", "nobody was followed beyond day 0"


def of_quantile(fit: KaplanMeier, p: float, found: Estimate) -> str | None:
    """Why a quantile or one of its limits is missing."""
    if fit.day.size == 0:
        return NO_SUBJECTS
    if found.estimate is None:
        return f"not reached: the curve stays above {1 - p:g} through day {int(fit.day[-1])}"
    limits = (("lower", found.lower, fit.lower), ("upper", found.upper, fit.upper))
    reasons = [_of_limit(fit, p, name, curve) for name, value, curve in limits if value is None]
    return "; ".join(dict.fromkeys(reasons)) or None


def _of_limit(fit: KaplanMeier, p: float, name: str, curve: np.ndarray) -> str:
    known = fit.day[~np.isnan(curve)]
    if known.size == 0:
        return f"no {fit.conf_type} interval is estimable on any day: the curve has no value between 0 and 1"
    return f"{name} limit not reached: the {name} limit of the curve stays above {1 - p:g} through day {int(known[-1])}"


def of_landmark(fit: StepFunction, found: Landmark) -> str | None:
    """Why the estimate on a day, its error or its limits are missing."""
    if fit.day.size == 0:
        return NO_SUBJECTS
    if found.estimate is None:
        return beyond(fit)
    if found.std_err is None:
        return f"variance and interval are not estimable at an estimate of {found.estimate:g}"
    if found.lower is None:
        return f"a {fit.conf_type} interval is not estimable at an estimate of {found.estimate:g}"
    return None


def of_mean(fit: KaplanMeier, found: RestrictedMean) -> str | None:
    """Why the restricted mean is missing."""
    if fit.day.size == 0:
        return NO_SUBJECTS
    return beyond(fit) if found.estimate is None else None


def beyond(fit: StepFunction) -> str:
    """The sentence for a day on which nobody was followed any more."""
    return f"beyond follow-up: the last observed day is {int(fit.day[-1])}"


def of_test(statistic: float | None, groups: int, events: int) -> str | None:
    """Why a test between groups has no statistic."""
    if statistic is not None:
        return None
    if groups < 2:
        return "a test needs two groups; there is one" if groups else NO_SUBJECTS
    if events == 0:
        return "no event in any group"
    return "the variance has too low a rank: on the days of events too few of the groups were at risk together"
