"""Chance from a seed: one independent stream for each name.

https://docs.python.org/3/library/random.html#notes-on-reproducibility
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import log
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """A stream of draws. Only `random()` is used: its sequence for a seed is the same in every Python version."""

    def __init__(self, seed: int, *names: object) -> None:
        self._random = random.Random("/".join(str(part) for part in (seed, *names)))

    def share(self) -> float:
        """A number from 0 to below 1."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.share() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.share() * (high - low + 1))

    def real(self, low: float, high: float, digits: int) -> float:
        """A number from low to high with so many digits after the point."""
        return round(low + self.share() * (high - low), digits)

    def bell(self, middle: float, reach: float) -> float:
        """A number within middle ± reach, most often near the middle."""
        return middle + reach * (self.share() + self.share() + self.share() - 1.5) / 1.5

    def wait(self, mean: float) -> float:
        """An exponential waiting time with the given mean."""
        return -mean * log(1.0 - self.share())

    def early(self, span: tuple[int, int]) -> int:
        """A whole number of the span, the lower the likelier."""
        return span[0] + int(self.share() ** 1.6 * (span[1] - span[0] + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self.share() * len(choices))]

    def weighted(self, choices: Sequence[T], weights: Sequence[float]) -> T:
        """One of the choices, each as likely as its weight says."""
        mark = self.share() * sum(weights)
        for choice, weight in zip(choices, weights, strict=True):
            mark -= weight
            if mark < 0:
                return choice
        return choices[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        return [item for _, _, item in sorted((self.share(), place, item) for place, item in enumerate(items))]
