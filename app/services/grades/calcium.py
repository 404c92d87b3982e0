"""Total calcium corrected for the albumin of the same day: CTCAE grades corrected calcium, not the total.

https://doi.org/10.1136/bmj.4.5893.643 (Payne 1973: 0.02 mmol/L for each g/L of albumin below 40)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from app.grading.criteria import terms
from app.grading.ctcae_lab import LabGrade, Result, grade_term
from app.services.grades.measured import Measured

TOTAL, CORRECTED, ALBUMIN = "CA", "CACOR", "ALB"
NORMAL_G_L, MMOL_PER_G = Decimal(40), Decimal("0.02")


def corrected_grades(calcium: Measured, results: Sequence[Measured], version: str) -> list[LabGrade]:
    """Grades of the corrected calcium; none where no albumin of the day, or no calcium, is known as a number."""
    albumin = _albumin(calcium, results)
    total = calcium.result(as_sent=False)
    if albumin is None or total.value is None or calcium.unit is None:
        return []
    value = total.value + MMOL_PER_G * (NORMAL_G_L - albumin)
    result = Result(value, total.comparator, total.unit, total.low, total.high)
    assumed = f"corrected to {value.normalize():f} mmol/L for an albumin of {albumin.normalize():f} g/L"
    found = [grade_term(term, result, None, version) for term in terms(CORRECTED, version)]
    return [replace(grade, assumed=assumed) for grade in found]


def _albumin(calcium: Measured, results: Iterable[Measured]) -> Decimal | None:
    """In g/L: of the same sample where the times say so, else the last of the day."""
    if not calcium.days.exact:
        return None
    found = [result for result in results if _is_albumin(result) and result.days.first == calcium.days.first]
    chosen = max(found, key=lambda item: (item.lab.collected == calcium.lab.collected, item.lab.key), default=None)
    return None if chosen is None or chosen.lab.number is None else chosen.kept(chosen.lab.number[1])


def _is_albumin(result: Measured) -> bool:
    number = result.lab.number
    named = result.test is not None and result.test.id == ALBUMIN and result.unit is not None
    return named and result.days.exact and number is not None and number[0] is None
