"""Tests between groups: labels as codes, and the chi-square statistic of a vector of scores."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from app.endpoints.estimate.day_table import Int64
from app.endpoints.estimate.interval import Float64

Label: TypeAlias = str | int
Labels: TypeAlias = Sequence[Label] | NDArray[Any]


class ChiSquare(NamedTuple):
    """Test statistic, degrees of freedom and p value; None where there is nothing to compare."""

    statistic: float | None
    df: int
    p: float | None


def encode(labels: Labels) -> tuple[tuple[Label, ...], Int64]:
    """Give the distinct labels in sorted order and each subject's position in it.

    Raises TypeError for labels that have no common order, such as None among strings: an unknown group is no group.
    """
    values = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    levels = sorted(set(values))
    position = {level: index for index, level in enumerate(levels)}
    return tuple(levels), np.fromiter((position[value] for value in values), np.int64, len(values))


def strata_rows(strata: Labels | None, n: int) -> list[Int64]:
    """Give the rows of each stratum; one stratum of all `n` rows where `strata` is None.

    Raises ValueError for strata of another length.
    """
    if strata is None:
        return [np.arange(n)]
    levels, stratum = encode(strata)
    if stratum.size != n:
        raise ValueError(f"{stratum.size} strata for {n} subjects")
    order = np.argsort(stratum, kind="stable")
    return np.split(order, np.searchsorted(stratum[order], np.arange(1, len(levels))))


def chi_square(score: Float64, variance: Float64) -> ChiSquare:
    """Quadratic form of scores, shape (G,), that sum to zero, in their variance, shape (G, G).

    There are G - 1 degrees of freedom. The statistic is None for fewer than two groups and where the variance does not
    reach G - 1 dimensions, or is none (Gray's estimate can fall below zero in a handful of subjects).
    """
    df = max(score.size - 1, 0)
    free, spread = score[:df], variance[:df, :df]
    if df == 0 or not np.isfinite(spread).all() or np.linalg.matrix_rank(spread, hermitian=True) < df:
        return ChiSquare(None, df, None)
    if np.linalg.eigvalsh(spread).min() <= 0:
        return ChiSquare(None, df, None)
    statistic = float(free @ np.linalg.solve(spread, free))
    return ChiSquare(statistic, df, float(gammaincc(df / 2, statistic / 2)))
