"""Who a message is about: the hospital's number in PID-3.

https://terminology.hl7.org/CodeSystem-v2-0203.html
"""

from __future__ import annotations

from app.interop.hl7v2.message import NULL, Segment
from app.interop.reading import PatientNumber

# The medical record number first, then a number that says nothing of itself, then the hospital's internal one.
_KINDS = ("MR", "", "PI", "PT")


def patient_number(segment: Segment, field: int) -> PatientNumber | None:
    """The number that names the patient among several; None where there is none, or none of those can be meant."""
    found = patient_numbers(segment, field)
    ranked = sorted((one for one in found if (one.kind or "") in _KINDS), key=lambda one: _KINDS.index(one.kind or ""))
    return ranked[0] if ranked else found[0] if len(found) == 1 else None


def patient_numbers(segment: Segment, field: int) -> list[PatientNumber]:
    """Every number of the field, in order. The authority is its name, else its universal id."""
    count = len(segment.repetitions(field))
    every = (_number(segment, field, repetition) for repetition in range(1, count + 1))
    return [one for one in every if one is not None]


def _number(segment: Segment, field: int, repetition: int) -> PatientNumber | None:
    number = segment.value(field, 1, 1, repetition)
    if not number or number == NULL:
        return None
    authority = segment.value(field, 4, 1, repetition) or segment.value(field, 4, 2, repetition)
    return PatientNumber(number, authority or None, segment.value(field, 5, 1, repetition) or None)


def person_cells(segment: Segment) -> dict[str, str]:
    """`family` and `given` of the legal name, and `dead`: `Y`, or `""` where that is said to be empty."""
    names = range(1, len(segment.repetitions(5)) + 1)
    legal = next((one for one in names if segment.value(5, 7, 1, one) in ("L", "")), 1)
    told = {"family": segment.value(5, 1, 1, legal), "given": segment.value(5, 2, 1, legal)}
    told["dead"] = _dead(segment.value(29), segment.value(30))
    return {name: text for name, text in told.items() if text}


def _dead(date: str, indicator: str) -> str:
    """A date of death says it too, unless the indicator says otherwise."""
    if indicator in ("Y", NULL):
        return indicator
    return "" if indicator else NULL if date == NULL else "Y" if date else ""
