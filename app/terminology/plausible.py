"""What a measurement can be in a living patient, and the unit that was meant where it cannot be so.

docs/queries.md
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from app.terminology.laboratory import laboratory_test
from app.terminology.tables import rows
from app.terminology.units import convert

DOSING_WEIGHT = "dosing-weight"


@dataclass(frozen=True, slots=True)
class Plausible:
    """low to high: wider than any course; usual_low to usual_high: where nearly all results lie. In the kept unit."""

    unit: str
    low: Decimal
    high: Decimal
    usual_low: Decimal
    usual_high: Decimal

    def excludes(self, value: Decimal, comparator: str | None = None) -> bool:
        """Whether a result is surely outside; one below a limit of detection never is."""
        if comparator in ("<", "<="):
            return False
        return value > self.high or (comparator is None and value < self.low)

    def usual(self, value: Decimal) -> bool:
        """Whether a result is one of the many."""
        return self.usual_low <= value <= self.usual_high


@cache
def plausible(measure: str) -> Plausible:
    """The range of a laboratory test, or of DOSING_WEIGHT. KeyError where there is none."""
    return _ranges()[measure]


@cache
def _ranges() -> dict[str, Plausible]:
    limits = ("low", "high", "usual_low", "usual_high")
    return {
        row["measure"]: Plausible(row["unit"], *(Decimal(row[name]) for name in limits))
        for row in rows("plausible_ranges")
    }


def explaining_unit(test_id: str, value: Decimal) -> str | None:
    """The UCUM code of the one unit in which the number would be a usual result; None where several would do.

    Units that mean the same count as one, named by the first of the unit table. KeyError for an unknown test.
    """
    kept: dict[Decimal, str] = {}
    for unit in laboratory_test(test_id).units:
        quantity = convert(test_id, value, unit)
        if quantity is not None and plausible(test_id).usual(quantity.value):
            kept.setdefault(quantity.value, unit)
    return next(iter(kept.values())) if len(kept) == 1 else None
