"""Log-rank test between groups, also stratified, and its weighted relatives (rho = 1: Peto and Peto).
https://doi.org/10.1093/biomet/69.3.553 (Harrington and Fleming 1982: weight is the pooled survival to the power rho)
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.endpoints.estimate.day_table import Booleans, Int64, Integers, at_risk, day_table, event_codes, whole_numbers
from app.endpoints.estimate.interval import Float64
from app.endpoints.estimate.kaplan_meier import before, survival
from app.endpoints.estimate.score_test import Label, Labels, chi_square, encode, strata_rows


@dataclass(frozen=True, slots=True)
class GroupTally:
    """A group's subjects, and its observed and expected events (weighted where rho is not 0)."""

    group: Label
    n: int
    observed: float
    expected: float


@dataclass(frozen=True, slots=True)
class LogRank:
    """Test result, groups in the order of their labels; statistic and p are None where there is nothing to compare."""

    statistic: float | None
    df: int
    p: float | None
    rho: float
    groups: tuple[GroupTally, ...]


class _Tally(NamedTuple):
    observed: Float64
    expected: Float64
    variance: Float64


def log_rank(
    days: Integers, events: Booleans, groups: Labels, strata: Labels | None = None, rho: float = 0.0
) -> LogRank:
    """Compare the groups' curves, within strata where given.

    One value a subject: whole days since the start, true for an event, labels of group and stratum. A group of which
    nobody was at risk on any day of an event takes no part. Raises ValueError for values out of range or of unequal
    length, TypeError for labels without a common order. Numbers agree with R's survdiff.
    """
    day, event = whole_numbers(days, "days"), event_codes(events)
    levels, group = encode(groups)
    if not day.size == event.size == group.size:
        raise ValueError(f"{day.size} days, {event.size} events and {group.size} groups")
    parts = [_tally(day[r], event[r], group[r], len(levels), rho) for r in strata_rows(strata, day.size)]
    total = _Tally(*(np.sum(column, axis=0) for column in zip(*parts, strict=True)))
    compared = total.expected > 0
    test = chi_square((total.observed - total.expected)[compared], total.variance[np.ix_(compared, compared)])
    return LogRank(test.statistic, test.df, test.p, rho, _by_group(levels, group, total))


def _tally(days: Int64, events: Int64, group: Int64, n_groups: int, rho: float) -> _Tally:
    """Observed, expected and hypergeometric variance of one stratum, summed over its days."""
    table = day_table(days, group * 2 + events, 2 * n_groups)
    count = table.count.reshape(table.day.size, n_groups, 2)
    risk, event = at_risk(count.sum(axis=2)), count[:, :, 1]
    n, d = risk.sum(axis=1), event.sum(axis=1)
    weight = before(survival(n, d), 1.0) ** rho
    share = risk / n[:, np.newaxis]
    # A lone subject at risk gives no variance: d (n - d) is 0 there, and so is n - 1.
    spread = weight**2 * d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag(spread @ share) - (share * spread[:, np.newaxis]).T @ share
    return _Tally(weight @ event, (weight * d) @ share, variance)


def _by_group(levels: tuple[Label, ...], group: Int64, total: _Tally) -> tuple[GroupTally, ...]:
    sizes = np.bincount(group, minlength=len(levels)).tolist()
    rows = zip(levels, sizes, total.observed.tolist(), total.expected.tolist(), strict=True)
    return tuple(GroupTally(*row) for row in rows)
