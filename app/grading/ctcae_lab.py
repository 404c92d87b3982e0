"""CTCAE grade of a laboratory result: worst grade first, and 0 only where every criterion is known not to hold.

https://ctep.cancer.gov/protocoldevelopment/electronic_applications/ctc.htm
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from app.grading.comparison import compare, product, total
from app.grading.criteria import Branch, Criterion, Direction, GradeRule, Term, terms

LOWEST_CERTAIN = "lowest-certain-grade"
NO_BASELINE = "no-baseline"
BASELINE_STATE_UNKNOWN = "baseline-state-unknown"
NO_UPPER_LIMIT = "no usable upper limit of normal"
_PERCENT = Decimal("0.01")


class Result(NamedTuple):
    """A result with the reference range of its laboratory, in the same unit. comparator: < <= > >= or None.

    unit: UCUM code, None when unknown; low, high: limits of normal.
    """

    value: Decimal | None
    comparator: str | None
    unit: str | None
    low: Decimal | None
    high: Decimal | None


class Baseline(NamedTuple):
    """The result before treatment with its own reference range, in its own unit."""

    value: Decimal
    unit: str | None
    low: Decimal | None
    high: Decimal | None
    comparator: str | None = None


@dataclass(frozen=True, slots=True)
class LabGrade:
    """The grade of one term, 0 to 4 (grade 5 is no laboratory finding); None with the reason.

    rule: what decided, e.g. `BASE >1.5`; for grade 0 the criterion of the lowest grade, as `not …`.
    assumed: what the grade takes for granted. flags: `lowest-certain-grade` (a higher one is not ruled out),
    `no-baseline` (rules on the baseline could not be applied), `baseline-state-unknown` (taken as within its range).
    """

    term: str
    direction: Direction
    grade: int | None
    reason: str | None
    rule: str | None
    assumed: str | None
    flags: tuple[str, ...]
    version: str


def grade(
    test: str,
    value: Decimal | None,
    comparator: str | None,
    unit: str | None,
    low: Decimal | None,
    high: Decimal | None,
    baseline: tuple[Decimal, str | None, Decimal | None, Decimal | None] | Baseline | None = None,
    version: str = "5.0",
) -> list[LabGrade]:
    """One grade for each term on the test (our test id, e.g. `ALT`); empty when CTCAE has none.

    unit: UCUM code of value, low and high. ValueError for an unknown version. Rules: CTCAE text; where the text
    leaves the choice, docs/conventions.md.
    """
    result = Result(value, comparator, unit, low, high)
    before = None if baseline is None else Baseline(*baseline)
    return [grade_term(term, result, before, version) for term in terms(test, version)]


def grade_term(term: Term, result: Result, baseline: Baseline | None, version: str) -> LabGrade:
    """The grade of one term."""
    if term.not_numeric is not None:
        return _ungraded(term, term.not_numeric, version)
    if result.value is None:
        return _ungraded(term, "no value", version)
    rules = term.rules_in(result.unit)
    if rules is None:
        given = "no unit is given" if result.unit is None else f"the criteria are not stated in {result.unit}"
        return _ungraded(term, given, version)
    return _Case(term, result, result.value, baseline, version).graded(rules)


def _ungraded(term: Term, reason: str, version: str, flags: tuple[str, ...] = ()) -> LabGrade:
    return LabGrade(term.name, term.direction, None, reason, None, None, flags, version)


@dataclass(frozen=True, slots=True)
class _Case:
    """One term, one result, one baseline."""

    term: Term
    result: Result
    value: Decimal
    baseline: Baseline | None
    version: str

    def graded(self, rules: tuple[GradeRule, ...]) -> LabGrade:
        """Grade 4 first. A grade that stays open makes a lower one `lowest certain`, and leaves no grade 0."""
        if "ABNORMAL" in self.term.baseline_states and self.limit("ULN") is None:
            # Whichever measure the baseline asks for, such a term is not graded without the result's own limit.
            return _ungraded(self.term, NO_UPPER_LIMIT, self.version, self.flags)
        unknown: dict[str, None] = {}
        for rule in rules:
            applicable = [branch for branch in rule.branches if self.applies(branch)]
            met = [branch for branch in applicable if self.holds(branch) is True]
            if met:
                return self.reached(rule.grade, min(met, key=lambda branch: branch.assumed is not None), bool(unknown))
            unknown |= {reason: None for branch in applicable for reason in self.open_reasons(branch)}
        if unknown:
            return _ungraded(self.term, "; ".join(unknown), self.version, self.flags)
        lowest = " or ".join(branch.text for branch in rules[-1].branches if self.applies(branch))
        return self.grade(0, f"not {lowest}", None, self.flags)

    def reached(self, number: int, branch: Branch, open_above: bool) -> LabGrade:
        """A grade whose criteria hold."""
        flags = (*self.flags, LOWEST_CERTAIN) if open_above else self.flags
        return self.grade(number, branch.text, branch.assumed, flags)

    def grade(self, number: int, rule: str, assumed: str | None, flags: tuple[str, ...]) -> LabGrade:
        """The answer in full."""
        return LabGrade(self.term.name, self.term.direction, number, None, rule, assumed, flags, self.version)

    @property
    def flags(self) -> tuple[str, ...]:
        """What is missing on the side of the baseline."""
        if not self.term.baseline_states:
            return ()
        if self.baseline is None:
            return (NO_BASELINE,)
        states = {"ABNORMAL": self.abnormal, "LOW": self.below}
        unknown = any(known is None and state in self.term.baseline_states for state, known in states.items())
        return (BASELINE_STATE_UNKNOWN,) if unknown else ()

    @property
    def abnormal(self) -> bool | None:
        """Whether the baseline lay above its own upper limit; None when that is not known."""
        if self.baseline is None or self.baseline.high is None:
            return None
        return compare(self.baseline.value, self.baseline.comparator, ">", self.baseline.high)

    @property
    def below(self) -> bool | None:
        """Whether the baseline lay below its own lower limit; None when that is not known."""
        if self.baseline is None or self.baseline.low is None:
            return None
        return compare(self.baseline.value, self.baseline.comparator, "<", self.baseline.low)

    def applies(self, branch: Branch) -> bool:
        """Whether the branch is meant for this baseline."""
        return {
            "": True,
            "NORMAL": self.abnormal is not True,
            "ABNORMAL": self.abnormal is True,
            "LOW": self.below is True,
            "KNOWN": self.baseline is not None,
        }[branch.baseline]

    def holds(self, branch: Branch) -> bool | None:
        """Whether all criteria hold; None when one is open and none fails."""
        found = [self.met(criterion) for criterion in branch.criteria]
        return False if False in found else None if None in found else True

    def met(self, criterion: Criterion) -> bool | None:
        """Whether one criterion holds; None when its limit is missing or the comparator leaves it open."""
        cut = self.cut(criterion)
        return None if cut is None else compare(self.value, self.result.comparator, criterion.op, cut)

    def open_reasons(self, branch: Branch) -> list[str]:
        """Why the branch could not be decided; empty when it could."""
        if self.holds(branch) is not None:
            return []
        return [self.open_reason(criterion) for criterion in branch.criteria if self.met(criterion) is None]

    def open_reason(self, criterion: Criterion) -> str:
        """Why one criterion could not be decided."""
        if self.cut(criterion) is not None:
            return f"a result given as {self.result.comparator}{self.value} leaves the grade open"
        if criterion.reference in ("ULN", "ULN+"):
            return NO_UPPER_LIMIT
        if criterion.reference == "LLN":
            return "no usable lower limit of normal"
        return "no baseline" if self.baseline is None else "no usable baseline"

    def cut(self, criterion: Criterion) -> Decimal | None:
        """The number the value is compared with, in its unit. Multiples are products, so nothing is rounded."""
        if criterion.reference == "ABS":
            return criterion.cut
        limit = self.limit(criterion.reference)
        if limit is None or (limit <= 0 and criterion.cut != 1):
            return None
        if criterion.reference == "ULN+":
            return total(limit, criterion.cut)
        share = (100 + criterion.cut) * _PERCENT if criterion.reference == "PCHG" else criterion.cut
        return product(limit, share)

    def limit(self, reference: str) -> Decimal | None:
        """The limit of normal or the baseline; None when it is missing, contradicts itself or is not comparable."""
        if reference in ("ULN", "ULN+", "LLN"):
            low, high = self.result.low, self.result.high
            upside_down = low is not None and high is not None and low > high
            return None if upside_down else low if reference == "LLN" else high
        before = self.baseline
        if before is None or before.comparator is not None or before.value <= 0:
            return None
        return before.value if before.unit is not None and before.unit == self.result.unit else None
