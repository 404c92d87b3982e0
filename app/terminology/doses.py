"""Cell doses: any way of writing them, as cells per kilogram of body weight.

https://hl7.org/fhir/R4/valueset-ucum-common.html
"""

from __future__ import annotations

from decimal import Context, Decimal
from functools import cache

from app.terminology.spelling import tidy
from app.terminology.tables import rows

_CONTEXT = Context(prec=40)


def cells_per_kg(value: Decimal, unit: str, weight_kg: Decimal | None) -> Decimal | None:
    """The dose in cells/kg. None when the unit is unknown, or when it counts all cells and no weight above 0 is known.

    weight_kg: body weight in kilograms used for dosing. Exact unless a division by the weight has no end
    (then correct to 40 digits).
    """
    known = _units().get(tidy(unit))
    if known is None:
        return None
    multiplier, per_kg = known
    cells = _CONTEXT.multiply(value, multiplier)
    if per_kg:
        return cells
    return None if weight_kg is None or weight_kg <= 0 else _CONTEXT.divide(cells, weight_kg)


def dose_ucum(unit: str) -> str | None:
    """The UCUM code of a dose unit as it was sent, None when unknown."""
    return _codes().get(tidy(unit))


def known_dose_units() -> tuple[str, ...]:
    """UCUM codes of every dose unit understood, per kilogram and total."""
    return tuple(dict.fromkeys(_codes().values()))


def known_count_units() -> tuple[str, ...]:
    """UCUM codes of the units that count all cells, whatever the body weight."""
    return tuple(dict.fromkeys(row["ucum"] for row in rows("dose_units") if row["basis"] == "total"))


def cells(value: Decimal, unit: str) -> Decimal | None:
    """A number of cells, exact; None for a unit that is unknown or per kilogram."""
    multiplier, per_kg = _units().get(tidy(unit), (Decimal(0), True))
    return None if per_kg else _CONTEXT.multiply(value, multiplier)


@cache
def _units() -> dict[str, tuple[Decimal, bool]]:
    return {row["spelling"]: (Decimal(row["multiplier"]), row["basis"] == "kg") for row in rows("dose_units")}


@cache
def _codes() -> dict[str, str]:
    return {row["spelling"]: row["ucum"] for row in rows("dose_units")}
