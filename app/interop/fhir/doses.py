"""Cell doses as FHIR quantities.

https://hl7.org/fhir/R4/valueset-ucum-common.html
"""

from __future__ import annotations

from decimal import Decimal

from app.domain.terms import Quantity
from app.interop.fhir.elements import Json, quantity
from app.terminology.doses import cells_per_kg, dose_ucum

PER_KG = "10*6/kg"
_UNIT = "10^6 cells/kg"
_MILLION = 6


def dose_quantity(dose: Quantity | None, weight_kg: Decimal | None) -> Json | None:
    """A dose in million cells per kilogram; as sent when it cannot be converted; None when its unit is unknown.

    weight_kg turns a count of cells into cells per kilogram. A dose sent in this unit keeps every digit.
    """
    code = None if dose is None else dose_ucum(dose.unit)
    if dose is None or code is None:
        return None
    if code == PER_KG:
        return quantity(dose.value, PER_KG, _UNIT)
    cells = cells_per_kg(dose.value, dose.unit, weight_kg)
    return quantity(dose.value, code) if cells is None else quantity(_millions(cells), PER_KG, _UNIT)


def _millions(cells: Decimal) -> Decimal:
    """Without trailing zeros: their number tells nothing once the unit has changed."""
    value = cells.scaleb(-_MILLION).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
