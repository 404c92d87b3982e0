"""Dose escalation: the state of a dose level under the 3+3 design and under BOIN, from counts alone.
https://doi.org/10.1111/rssc.12089 (Liu and Yuan 2015), https://doi.org/10.1093/jnci/djp079 (Le Tourneau et al. 2009)
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from scipy.special import betainc

Decision = Literal["enrol", "escalate", "stay", "expand", "de-escalate", "eliminate", "not applicable"]

COHORT, FULL = 3, 6
TOO_TOXIC, LEAST_TO_ELIMINATE = 0.95, 3
LOW, HIGH = 0.6, 1.4


@dataclass(frozen=True, slots=True)
class Level:
    """Patients of one dose level.

    dlt: with a certain DLT. evaluable: those, and all who were observed through the window. doubtful: evaluable, but it
    cannot be said yet whether one of their events is a DLT. pending: not evaluable yet. late: neither, but one of their
    events may still turn out to be a DLT, which would make them evaluable. Raises ValueError for impossible counts.
    """

    dlt: int
    evaluable: int
    doubtful: int = 0
    pending: int = 0
    late: int = 0

    def __post_init__(self) -> None:
        """Refuse counts that no level can have."""
        if min(self.dlt, self.doubtful, self.pending, self.late) < 0 or self.dlt + self.doubtful > self.evaluable:
            raise ValueError("no dose level has these counts")

    def outcomes(self) -> Iterator[tuple[int, int, int]]:
        """(evaluable, least DLTs, most DLTs) for every way in which the open patients can still turn out."""
        for late in range(self.late + 1):
            for pending in range(self.pending + 1):
                least = self.dlt + late
                yield self.evaluable + late + pending, least, least + pending + self.doubtful


class State(NamedTuple):
    """The decision on the certain DLTs, whether it can still change, what it can become, and why in words."""

    decision: Decision
    final: bool
    possible: tuple[Decision, ...]
    text: str


def three_plus_three(level: Level) -> State:
    """State of a dose level under 3+3: cohorts of 3; 0 of 3 or at most 1 of 6 goes up, 1 of 3 expands, 2 exceed."""
    if level.evaluable > FULL:
        text = f"{level.evaluable} evaluable patients at one level: 3+3 has rules for {FULL} at most"
        return State("not applicable", True, ("not applicable",), text)
    decision = _rule_of_three(level.dlt, level.evaluable)
    possible = _collect(
        decision,
        (_rule_of_three(dlt, n) for n, least, most in level.outcomes() if n <= FULL for dlt in range(least, most + 1)),
    )
    return State(decision, possible == (decision,), possible, _words(decision, level.dlt, level.evaluable))


def _rule_of_three(dlt: int, n: int) -> Decision:
    if dlt >= 2:
        return "de-escalate"
    if n < COHORT:
        return "enrol"
    if dlt == 0 or n == FULL:
        return "escalate"
    return "expand"


def _words(decision: Decision, dlt: int, n: int) -> str:
    if decision == "enrol":
        return f"enrolling: {n} of {COHORT} evaluable"
    consequence = {
        "escalate": "next level",
        "expand": f"expand to {FULL}, {FULL - n} more to be evaluable",
        "de-escalate": "the level exceeds the maximum tolerated dose; de-escalate",
    }
    return f"{dlt} of {n} evaluable with a DLT: {consequence[decision]}"


class Boundary(NamedTuple):
    """Numbers of DLTs among n evaluable patients at which BOIN acts; None: at no number."""

    n: int
    escalate_at_most: int
    deescalate_at_least: int
    eliminate_at_least: int | None


@dataclass(frozen=True)
class Boin:
    """The Bayesian optimal interval design (local optimum) for a target DLT rate.

    p_saf, p_tox: the highest rate that is too low and the lowest that is too high; by default 0.6 and 1.4 times the
    target. Raises ValueError unless 0 < p_saf < target < p_tox < 1.
    """

    target: float
    p_saf: float
    p_tox: float

    @classmethod
    def of(cls, target: float, p_saf: float | None = None, p_tox: float | None = None) -> "Boin":
        """The design with the published defaults for what is not given."""
        return cls(target, LOW * target if p_saf is None else p_saf, HIGH * target if p_tox is None else p_tox)

    def __post_init__(self) -> None:
        """Refuse rates out of order."""
        if not 0 < self.p_saf < self.target < self.p_tox < 1:
            raise ValueError(f"0 < p_saf < target < p_tox < 1 does not hold: {self.p_saf}, {self.target}, {self.p_tox}")

    @cached_property
    def lambda_e(self) -> float:
        """Escalate at an observed DLT rate up to this."""
        return _optimal(self.p_saf, self.target)

    @cached_property
    def lambda_d(self) -> float:
        """De-escalate at an observed DLT rate from this up."""
        return _optimal(self.target, self.p_tox)

    def boundary(self, n: int) -> Boundary:
        """What to do with n >= 1 evaluable patients."""
        eliminate = self._eliminate(n)
        deescalate = math.ceil(self.lambda_d * n)
        if eliminate is not None:
            deescalate = min(deescalate, eliminate)
        return Boundary(n, math.floor(self.lambda_e * n), deescalate, eliminate)

    def _eliminate(self, n: int) -> int | None:
        """Fewest DLTs with Pr(rate > target) > 0.95 under a uniform prior; nobody is judged before the third patient.

        The published algorithm considers from one DLT up.
        """
        if n < LEAST_TO_ELIMINATE:
            return None
        fewest = 1 + bisect_left(range(1, n + 1), True, key=lambda dlt: self._too_toxic(dlt, n))
        return fewest if fewest <= n else None

    def _too_toxic(self, dlt: int, n: int) -> bool:
        return bool(betainc(1 + dlt, 1 + n - dlt, self.target) < 1 - TOO_TOXIC)

    def state(self, level: Level) -> State:
        """State of a dose level by the rate among its evaluable patients."""
        (decision,) = self._decisions(level.evaluable, level.dlt, level.dlt)
        possible = _collect(decision, (item for outcome in level.outcomes() for item in self._decisions(*outcome)))
        if level.evaluable == 0:
            text = "enrolling: nobody is evaluable yet"
        else:
            text = f"{level.dlt} of {level.evaluable} evaluable with a DLT: {decision}"
        return State(decision, possible == (decision,), possible, text)

    def _decisions(self, n: int, least: int, most: int) -> Iterator[Decision]:
        """The decisions for `least` to `most` DLTs among n evaluable patients."""
        if n == 0:
            yield "enrol"
            return
        boundary = self.boundary(n)
        up, down, out = boundary.escalate_at_most, boundary.deescalate_at_least, boundary.eliminate_at_least
        never = n + 1 if out is None else out
        spans: dict[Decision, tuple[int, int]] = {
            "escalate": (0, up),
            "stay": (up + 1, down - 1),
            "de-escalate": (down, never - 1),
            "eliminate": (never, n),
        }
        for decision, (low, high) in spans.items():
            if max(low, least) <= min(high, most):
                yield decision


def _optimal(low: float, high: float) -> float:
    """The rate between two rates at which they explain the data equally well."""
    return math.log((1 - low) / (1 - high)) / math.log(high * (1 - low) / (low * (1 - high)))


def _collect(decision: Decision, others: Iterable[Decision]) -> tuple[Decision, ...]:
    found = {decision, *others}
    return tuple(item for item in get_args(Decision) if item in found)
