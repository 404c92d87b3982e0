"""An estimate with its confidence limits, and the five pointwise intervals of a probability curve.
https://cran.r-project.org/package=survival (conf.type of survfit: plain, log, log-log, logit, arcsin)
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

Float64 = NDArray[np.float64]
ConfType = Literal["log-log", "log", "plain", "logit", "arcsin"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its confidence limits; None is not reached or not estimable."""

    estimate: float | None
    lower: float | None
    upper: float | None


def finite(value: float) -> float | None:
    """Give `value` as a float, or None where it is NaN or infinite."""
    number = float(value)
    return number if math.isfinite(number) else None


def critical_value(level: float) -> float:
    """Two-sided standard normal quantile of a confidence level.

    Raises ValueError unless 0 < level < 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    return -float(ndtri((1 - level) / 2))


def confidence_limits(
    estimate: Float64, std_err: Float64, conf_type: ConfType, level: float
) -> tuple[Float64, Float64]:
    """Pointwise limits of a probability from the standard error of the probability itself.

    `estimate` and `std_err` are of one shape; the limits are too, kept within 0 and 1. They are NaN at an estimate of 0
    and, for log-log, logit and arcsin, of 1. Raises ValueError for an unknown `conf_type` or a level outside 0..1.
    """
    if conf_type not in get_args(ConfType):
        raise ValueError(f"conf_type must be one of {', '.join(get_args(ConfType))}, not {conf_type!r}")
    z = critical_value(level)
    return _TRANSFORMATIONS[conf_type](np.where(estimate > 0, estimate, np.nan), z * std_err)


def _plain(p: Float64, margin: Float64) -> tuple[Float64, Float64]:
    return np.maximum(p - margin, 0.0), np.minimum(p + margin, 1.0)


def _log(p: Float64, margin: Float64) -> tuple[Float64, Float64]:
    factor = np.exp(margin / p)
    return p / factor, np.minimum(p * factor, 1.0)


def _log_log(p: Float64, margin: Float64) -> tuple[Float64, Float64]:
    log_p = np.log(_below_1(p))
    factor = np.exp(-margin / (p * log_p))
    return np.exp(log_p * factor), np.exp(log_p / factor)


def _logit(p: Float64, margin: Float64) -> tuple[Float64, Float64]:
    p = _below_1(p)
    centre, half = logit(p), margin / (p * (1 - p))
    return expit(centre - half), expit(centre + half)


def _arcsin(p: Float64, margin: Float64) -> tuple[Float64, Float64]:
    p = _below_1(p)
    centre, half = np.arcsin(np.sqrt(p)), margin / (2 * np.sqrt(p * (1 - p)))
    return np.sin(np.maximum(centre - half, 0.0)) ** 2, np.sin(np.minimum(centre + half, np.pi / 2)) ** 2


def _below_1(p: Float64) -> Float64:
    return np.where(p < 1, p, np.nan)


_TRANSFORMATIONS = {"plain": _plain, "log": _log, "log-log": _log_log, "logit": _logit, "arcsin": _arcsin}
