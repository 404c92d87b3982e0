"""Cell doses as FHIR quantities.

https://hl7.org/fhir/R4/valueset-ucum-common.html
"""

from __future__ import annotations

from decimal import Context, Decimal

from app.domain.terms import Quantity
from app.interop.fhir.elements import Json, quantity
from app.terminology.doses import cells_per_kg, dose_ucum

PER_KG = "10*6/kg"
_UNIT = "10^6 cells/kg"
_MILLION = 6
# Records carry at most 32 digits, so changing the power of ten is exact; a division by the weight may have no end.
_EXACT = Context(prec=64)
_DIVIDED = Context(prec=18)


def dose_quantity(dose: Quantity | None, weight_kg: Decimal | None) -> Json | None:
    """A dose in million cells per kilogram; as sent when it cannot be converted; None when its unit is unknown.

    weight_kg turns a count of cells into cells per kilogram, correct to 18 digits, the precision that every FHIR
    client has. A dose sent in this unit keeps every digit; one per kilogram in another unit every digit but the
    zeros at its end.
    """
    code = None if dose is None else dose_ucum(dose.unit)
    if dose is None or code is None:
        return None
    if code == PER_KG:
        return quantity(dose.value, PER_KG, _UNIT)
    cells = cells_per_kg(dose.value, dose.unit, weight_kg)
    if cells is None:
        return quantity(dose.value, code)
    return quantity(_millions(cells, _EXACT if code.endswith("/kg") else _DIVIDED), PER_KG, _UNIT)


def count_quantity(cells: Quantity | None) -> Json | None:
    """A number of cells as it was sent; None when its unit is unknown."""
    code = None if cells is None else dose_ucum(cells.unit)
    return None if cells is None or code is None else quantity(cells.value, code)


def _millions(cells: Decimal, context: Context) -> Decimal:
    value = context.scaleb(cells, -_MILLION).normalize(context)
    return value.quantize(Decimal(1), context=context) if value == value.to_integral_value() else value
