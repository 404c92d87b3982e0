"""The cells of an infusion: dose against cells and weight, shares of the cells, the weight itself.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal

from app.domain.infusion import Infusion
from app.services.queries.dossier import Dossier
from app.services.queries.query import Query, ask, rules
from app.terminology.doses import cells, cells_per_kg, dose_ucum
from app.terminology.plausible import DOSING_WEIGHT, plausible

# A number of at most 32 digits times another is exact.
_EXACT = Context(prec=80)
_SHOWN = Context(prec=3)


def dose(dossier: Dossier) -> Iterator[Query]:
    """A dose that the cells and the weight do not make; what is unknown is compared with nothing."""
    for item in dossier.of(Infusion):
        said, given = _cells_by_dose(item), _cells_given(item)
        if said is not None and given is not None and _differ(said, given):
            yield ask("infusion-dose-differs", item.key, said=_shown(said), given=_shown(given))


def _cells_by_dose(item: Infusion) -> Decimal | None:
    """All the cells that the dose means."""
    if item.dose is None:
        return None
    if not (dose_ucum(item.dose.unit) or "").endswith("/kg"):
        return cells(item.dose.value, item.dose.unit)
    per_kg, weight = cells_per_kg(item.dose.value, item.dose.unit, None), item.dosing_weight_kg
    return None if per_kg is None or weight is None else _EXACT.multiply(per_kg, weight)


def _cells_given(item: Infusion) -> Decimal | None:
    found = item.total_viable_cells
    return None if found is None else cells(found.value, found.unit)


def _differ(said: Decimal, given: Decimal) -> bool:
    apart = _EXACT.multiply(abs(_EXACT.subtract(said, given)), Decimal(100))
    return apart > _EXACT.multiply(given, Decimal(rules()["infusion-dose-differs"].limit))


def _shown(number: Decimal) -> str:
    return f"{_SHOWN.plus(number):.2E}"


def nothing_given(dossier: Dossier) -> Iterator[Query]:
    """An infusion that is completed, and no cell was given."""
    for item in dossier.of(Infusion):
        if item.outcome == "completed" and item.dose is not None and item.dose.value == 0:
            yield ask("infusion-completed-without-cells", item.key)


def shares(dossier: Dossier) -> Iterator[Query]:
    """Viability and purity: shares of one that were written as per cent, and cells of which too few live."""
    for item in dossier.of(Infusion):
        found = {"viability": item.viability_pct, "purity": item.purity_pct}
        small = [name for name, value in found.items() if value is not None and 0 < value <= 1]
        for name in small:
            yield ask("infusion-share-of-one", item.key, name=name)
        viability = item.viability_pct
        limit = rules()["infusion-viability-low"].limit
        if viability is not None and viability < limit and "viability" not in small:
            yield ask("infusion-viability-low", item.key, limit=limit)


def weight(dossier: Dossier) -> Iterator[Query]:
    """A weight that no patient has."""
    known = plausible(DOSING_WEIGHT)
    for item in dossier.of(Infusion):
        if item.dosing_weight_kg is not None and known.excludes(item.dosing_weight_kg):
            yield ask("infusion-weight-implausible", item.key, low=known.low, high=known.high)


RECORD_RULES = (dose, nothing_given, shares, weight)
