"""Units that measure the same: a quantity asked for in one is found in the others.

https://ucum.org/ucum

Only what holds for every substance counts: grams and moles differ by a molar mass, which a search does not name.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cache

from app.terminology.tables import rows


@cache
def equivalents(unit: str) -> dict[str, Decimal]:
    """Units of the same dimension, itself among them: what a number in `unit` is multiplied with."""
    ratios: dict[str, set[Decimal]] = defaultdict(set)
    for factors in _scopes().values():
        if unit in factors:
            for other, factor in factors.items():
                ratios[other].add(factors[unit] / factor)
    known = {other: found.pop() for other, found in ratios.items() if len(found) == 1 and _alike(unit, other)}
    return {unit: Decimal(1), **known}


def _alike(unit: str, other: str) -> bool:
    """Amounts of substance stay among themselves, and so do equivalents of charge."""
    return all((sign in unit) == (sign in other) for sign in ("mol", "eq"))


@cache
def _scopes() -> dict[str, dict[str, Decimal]]:
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows("units"):
        found[row["scope"]][row["ucum"]] = Decimal(row["numerator"]) / Decimal(row["denominator"])
    return found
