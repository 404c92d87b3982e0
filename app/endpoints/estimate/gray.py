"""Gray's test of one cause's cumulative incidence between groups, also stratified.
https://doi.org/10.1214/aos/1176350951 (Gray 1988; variance with ties as in R's cmprsk::cuminc)
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.endpoints.estimate.day_table import Int64, Integers, at_risk, day_table, whole_numbers
from app.endpoints.estimate.interval import Float64
from app.endpoints.estimate.kaplan_meier import before
from app.endpoints.estimate.score_test import Labels, chi_square, encode, strata_rows


@dataclass(frozen=True, slots=True)
class GrayTest:
    """Test result for one cause; statistic and p are None where there is nothing to compare."""

    cause: int
    statistic: float | None
    df: int
    p: float | None


class _Course(NamedTuple):
    """Days with an event of any cause: by group, shape (D, G), or over all groups, shape (D,)."""

    n_risk: Int64
    own: Int64
    other: Int64
    free_before: Float64
    free_after: Float64
    own_before: Float64
    weighted_risk: Float64
    pooled: Float64


def gray_test(
    days: Integers, causes: Integers, groups: Labels, cause: int = 1, strata: Labels | None = None, rho: float = 0.0
) -> GrayTest:
    """Compare the groups' cumulative incidence of `cause`, within strata where given.

    One value a subject: whole days since the start, 0 for a censoring or the cause of the event, labels of group and
    stratum. `rho` weighs early differences. Raises ValueError for values out of range or of unequal length, TypeError
    for labels without a common order. Numbers agree with R's cmprsk::cuminc.
    """
    if cause < 1:
        raise ValueError(f"cause must be 1 or higher, not {cause}")
    day, code = whole_numbers(days, "days"), whole_numbers(causes, "causes")
    levels, group = encode(groups)
    if not day.size == code.size == group.size:
        raise ValueError(f"{day.size} days, {code.size} causes and {group.size} groups")
    if code.min(initial=0) < 0:
        raise ValueError("causes must be 0 or higher")
    status = np.select([code == 0, code == cause], [0, 1], 2)
    parts = [_score(_course(day[r], status[r], group[r], len(levels)), rho) for r in strata_rows(strata, day.size)]
    score, variance = (np.sum(column, axis=0) for column in zip(*parts, strict=True))
    return GrayTest(cause, *chi_square(score, variance))


def _course(days: Int64, status: Int64, group: Int64, n_groups: int) -> _Course:
    table = day_table(days, group * 3 + status, 3 * n_groups)
    count = table.count.reshape(table.day.size, n_groups, 3)
    kept = count[:, :, 1:].any(axis=(1, 2))
    n_risk = at_risk(count.sum(axis=2))[kept]
    own, other = count[kept, :, 1], count[kept, :, 2]
    free_after = np.cumprod(1 - _ratio(own + other, n_risk), axis=0, dtype=np.float64)
    free_before = before(free_after, 1.0)
    own_before = before(np.cumsum(free_before * _ratio(own, n_risk), axis=0), 0.0)
    weighted_risk = _ratio(n_risk, free_before)
    pooled = np.cumsum(own.sum(axis=1) / weighted_risk.sum(axis=1), dtype=np.float64)
    return _Course(n_risk, own, other, free_before, free_after, own_before, weighted_risk, pooled)


def _score(course: _Course, rho: float) -> tuple[Float64, Float64]:
    """Scores, shape (G,), and their variance, shape (G, G), of one stratum."""
    events, risk = course.own.sum(axis=1), course.weighted_risk
    pooled_before = before(course.pooled, 0.0)
    weight = (1 - pooled_before) ** rho
    subdistribution_risk = risk * (1 - course.own_before)
    share = subdistribution_risk / subdistribution_risk.sum(axis=1, keepdims=True)
    score = weight @ (course.own - events[:, np.newaxis] * share)

    total = risk.sum(axis=1)
    spread = weight[:, np.newaxis, np.newaxis] * _centred(risk, total)
    with np.errstate(divide="ignore", invalid="ignore"):
        jumps = events / (total * (1 - pooled_before))
        elapsed = np.cumsum(spread * jumps[:, np.newaxis, np.newaxis], axis=0)
        return score, _variance(course, spread, elapsed[-1:] - elapsed)


def _centred(risk: Float64, total: Float64) -> Float64:
    """Diagonal of the risk less its outer product over the total, by day: shape (D, G, G)."""
    diagonal = risk[:, :, np.newaxis] * np.eye(risk.shape[1])
    return diagonal - risk[:, :, np.newaxis] * risk[:, np.newaxis, :] / total[:, np.newaxis, np.newaxis]


def _variance(course: _Course, spread: Float64, remaining: Float64) -> Float64:
    """Sum over days and groups of the squared influence of an own and of another event on the scores."""
    # 0 in a group that nobody is left in: another event there moves no score any more.
    share = _ratio((1 - course.pooled)[:, np.newaxis], course.free_after)
    own = spread + (1 - share)[:, np.newaxis, :] * remaining
    other = share[:, np.newaxis, :] * remaining
    return _outer(own, _own_jump_variance(course)) + _outer(other, _other_jump_variance(course))


def _outer(influence: Float64, jump_variance: Float64) -> Float64:
    return np.asarray(np.einsum("uik,ujk,uk->ij", influence, influence, jump_variance, optimize=True))


def _own_jump_variance(course: _Course) -> Float64:
    events, total = course.own.sum(axis=1, keepdims=True), course.weighted_risk.sum(axis=1, keepdims=True)
    tied = _ratio(np.maximum(events - 1, 0), total * course.free_before - 1)
    return (1 - tied) * _ratio(course.free_before * events / total, course.n_risk)


def _other_jump_variance(course: _Course) -> Float64:
    tied = _ratio(np.maximum(course.other - 1, 0), course.n_risk - 1)
    return (1 - tied) * _ratio(course.free_before**2 * course.other, course.n_risk**2)


def _ratio(numerator: Float64 | Int64, denominator: Float64 | Int64) -> Float64:
    """Quotient, broadcast; 0 where the denominator is 0."""
    top, bottom = np.broadcast_arrays(numerator, denominator)
    return np.asarray(np.divide(top, bottom, out=np.zeros(bottom.shape), where=bottom != 0), np.float64)
