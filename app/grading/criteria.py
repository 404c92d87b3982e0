"""CTCAE laboratory criteria as rows, read into terms: grade by grade, alternatives, conditions.

https://ctep.cancer.gov/protocoldevelopment/electronic_applications/ctc.htm
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Literal, cast

from app.grading.tables import rows

Direction = Literal["L", "H"]
ANY_UNIT = "*"
_TABLES = {"5.0": "ctcae_v5_lab", "6.0": "ctcae_v6_lab"}
VERSIONS = tuple(_TABLES)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One comparison. reference: what the cut refers to.

    ABS a number in `unit`; ULN, LLN, BASE multiples; ULN+ a number in `unit` above ULN; PCHG % change from baseline.
    """

    op: str
    cut: Decimal
    reference: str
    unit: str

    @property
    def text(self) -> str:
        """The comparison as it stands in a result's rule, e.g. `BASE >1.5` or `ABS <0.5 10*9/L`."""
        unit = "" if self.unit == ANY_UNIT else f" {self.unit}"
        return f"{self.reference} {self.op}{self.cut}{unit}"


@dataclass(frozen=True, slots=True)
class Branch:
    """Criteria that must all hold. baseline: the state of the baseline to which it applies, or `` for any.

    NORMAL: not known to be above its upper limit; ABNORMAL: above it; LOW: below its lower limit; KNOWN: recorded.
    assumed: what a number cannot tell and the branch takes for granted, e.g. `symptomatic`.
    """

    criteria: tuple[Criterion, ...]
    baseline: str
    assumed: str | None

    @property
    def text(self) -> str:
        """All comparisons in one line."""
        return " and ".join(criterion.text for criterion in self.criteria)


@dataclass(frozen=True, slots=True)
class GradeRule:
    """A grade and the branches that lead to it: one is enough."""

    grade: int
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One CTCAE term on one laboratory test. not_numeric: why no number can grade it, where that is so.

    units: UCUM codes in which the criteria state numbers; empty where every cut is relative to a limit or baseline.
    """

    name: str
    test: str
    direction: Direction
    units: tuple[str, ...]
    rules: dict[str, tuple[GradeRule, ...]]
    not_numeric: str | None = None

    def rules_in(self, unit: str | None) -> tuple[GradeRule, ...] | None:
        """Rules from grade 4 down, for a result in this unit; None when the criteria are not stated in it."""
        return self.rules.get(unit or "") if self.units else self.rules[ANY_UNIT]

    @property
    def baseline_states(self) -> frozenset[str]:
        """The states of the baseline on which the grade can depend."""
        branches = (branch for rules in self.rules.values() for rule in rules for branch in rule.branches)
        return frozenset(branch.baseline for branch in branches if branch.baseline)


@cache
def terms(test: str, version: str = "5.0") -> tuple[Term, ...]:
    """Terms that grade this laboratory test; empty when the version has none. ValueError for an unknown version."""
    if version not in _TABLES:
        raise ValueError(f"unknown CTCAE version, not one of {', '.join(VERSIONS)}")
    found = [row for row in rows(_TABLES[version]) if row["test"] == test]
    names = dict.fromkeys(row["term"] for row in found)
    graded = [_term([row for row in found if row["term"] == name]) for name in names]
    return (*graded, *_not_numeric(test, version))


def _not_numeric(test: str, version: str) -> Iterable[Term]:
    for row in rows("ctcae_not_numeric"):
        if (row["test"], row["version"]) == (test, version):
            yield Term(row["term"], test, cast(Direction, row["direction"]), (), {}, row["reason"])


def _term(found: list[dict[str, str]]) -> Term:
    first = found[0]
    units = tuple(dict.fromkeys(row["unit"] for row in found if row["unit"] != ANY_UNIT))
    rules = {unit: _rules([row for row in found if row["unit"] in (unit, ANY_UNIT)]) for unit in units or (ANY_UNIT,)}
    return Term(first["term"], first["test"], cast(Direction, first["direction"]), units, rules)


def _rules(found: list[dict[str, str]]) -> tuple[GradeRule, ...]:
    ordered = sorted(found, key=lambda row: (-int(row["grade"]), row["group"]))
    return tuple(
        GradeRule(grade, tuple(_branch(list(group)) for _, group in groupby(some, key=lambda row: row["group"])))
        for grade, some in groupby(ordered, key=lambda row: int(row["grade"]))
    )


def _branch(found: list[dict[str, str]]) -> Branch:
    criteria = tuple(Criterion(row["op"], Decimal(row["cut"]), row["reference"], row["unit"]) for row in found)
    return Branch(criteria, found[0]["baseline"], found[0]["assumed"] or None)
