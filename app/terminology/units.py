"""Units of laboratory results: what was written, its UCUM code, and exact conversion to the kept unit.

https://ucum.org/ucum
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache

from app.terminology.laboratory import LaboratoryTest, laboratory_test
from app.terminology.spelling import tidy
from app.terminology.tables import rows

# Records carry at most 32 digits and factors at most 6, so products are exact; only quotients can be rounded.
_CONTEXT = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a unit given by its UCUM code."""

    value: Decimal
    unit: str


def convert(test_id: str, value: Decimal, unit: str) -> Quantity | None:
    """The value in the test's kept unit; None when the unit is unknown for this test. KeyError for an unknown test.

    Exact where the result has a finite decimal expansion, else correct to 40 digits. An empty unit is known
    only for tests without a unit (INR, pH).
    """
    test, code = laboratory_test(test_id), ucum(test_id, unit)
    if code is None:
        return None
    numerator, denominator = _factors(test)[code]
    return Quantity(_CONTEXT.divide(_CONTEXT.multiply(value, numerator), denominator), test.unit)


def ucum(test_id: str, unit: str) -> str | None:
    """The UCUM code of the unit as it was sent; None when unknown for this test. KeyError for an unknown test."""
    test, written = laboratory_test(test_id), tidy(unit)
    for scope in (test.id, test.kind, "any"):
        code = _spellings().get((scope, written), written if scope == "any" else None)
        if code in test.units:
            return code
    return None


def known_units(test_id: str) -> tuple[str, ...]:
    """UCUM codes that can be converted for this test. KeyError for an unknown test."""
    return laboratory_test(test_id).units


@cache
def _factors(test: LaboratoryTest) -> dict[str, tuple[Decimal, Decimal]]:
    return {
        row["ucum"]: (Decimal(row["numerator"]), Decimal(row["denominator"]))
        for row in rows("units")
        if row["scope"] in (test.id, test.kind)
    }


@cache
def _spellings() -> dict[tuple[str, str], str]:
    return {(row["scope"], row["spelling"]): row["ucum"] for row in rows("unit_spellings")}
