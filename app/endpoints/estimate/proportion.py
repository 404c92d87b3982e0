"""A proportion with its exact (Clopper and Pearson) or score (Wilson) confidence limits.
https://doi.org/10.1093/biomet/26.4.404 (exact, 1934), https://doi.org/10.1080/01621459.1927.10502953 (score, 1927)
"""

import math
from dataclasses import dataclass
from typing import Literal

from scipy.special import betaincinv

from app.endpoints.estimate.interval import critical_value

ProportionMethod = Literal["clopper-pearson", "wilson"]


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of subjects with its confidence limits; all None where there are no subjects."""

    estimate: float | None
    lower: float | None
    upper: float | None
    method: ProportionMethod
    level: float


def clopper_pearson(k: int, n: int, level: float = 0.95) -> Proportion:
    """Share k / n with exact limits: each tail of the binomial holds at most (1 - level) / 2.

    Raises ValueError unless 0 <= k <= n and 0 < level < 1.
    """
    _check(k, n, level)
    if n == 0:
        return Proportion(None, None, None, "clopper-pearson", level)
    tail = (1 - level) / 2
    lower = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    upper = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
    return Proportion(k / n, lower, upper, "clopper-pearson", level)


def wilson(k: int, n: int, level: float = 0.95) -> Proportion:
    """Share k / n with the limits that invert the score test, without continuity correction.

    Raises ValueError unless 0 <= k <= n and 0 < level < 1.
    """
    _check(k, n, level)
    if n == 0:
        return Proportion(None, None, None, "wilson", level)
    z = critical_value(level)
    centre = k + z * z / 2
    half = z * math.sqrt(k * (n - k) / n + z * z / 4)
    lower = (centre - half) / (n + z * z) if k > 0 else 0.0
    upper = (centre + half) / (n + z * z) if k < n else 1.0
    return Proportion(k / n, lower, upper, "wilson", level)


def _check(k: int, n: int, level: float) -> None:
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
