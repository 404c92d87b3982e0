"""The outcome of a scale: one value, or none with what is missing and which values remain possible.

Unknown is never "no": a finding that was not recorded can have any of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Determined(Generic[T]):
    """value: the outcome, None when findings are missing that could change it; reason: which, in words.

    possible: every outcome that the missing findings leave, in order; one alone when it is determined.
    """

    value: T | None
    reason: str | None
    possible: tuple[T, ...]


def between(low: int, high: int, missing: Iterable[str]) -> Determined[int]:
    """A grade of which only the lowest and the highest possible are known; determined when they are the same."""
    return among(tuple(range(low, high + 1)), missing)


def settle(
    rule: Callable[..., T], findings: Mapping[str, Any], domains: Mapping[str, Sequence[Any]], order: Sequence[T]
) -> Determined[T]:
    """The rule applied to the findings, with every value of its domain in place of each finding that is None.

    domains: the values that matter, for each finding; order: all outcomes, in the order in which to list them.
    """
    missing = [name for name in domains if findings[name] is None]
    outcomes = {
        rule(**{**findings, **dict(zip(missing, values, strict=True))})
        for values in product(*(domains[name] for name in missing))
    }
    return among(tuple(outcome for outcome in order if outcome in outcomes), missing)


def among(possible: tuple[T, ...], missing: Iterable[str]) -> Determined[T]:
    """The outcome when only one is possible; else none, with what is missing."""
    if len(possible) == 1:
        return Determined(possible[0], None, possible)
    listed = " or ".join(str(outcome) for outcome in possible)
    return Determined(None, f"{listed} possible: {', '.join(missing)} not recorded", possible)
