"""Cytokine release syndrome and neurotoxicity: the ASTCT grade by their findings, beside the reported one.

https://doi.org/10.1016/j.bbmt.2018.12.758
"""

from __future__ import annotations

import re
from decimal import Decimal

from app.domain.adverse_event import AdverseEvent, CrsFindings, IcansFindings
from app.grading.crs_icans import Hypotension, Motor, crs_grade, icans_grade
from app.grading.determined import Determined, among
from app.grading.held.held import Held, Value, hold

FEVER_C = Decimal(38)
DEATH = 5
_VERSION = re.compile(r"(?:CTCAE)? ?[vV]?(\d(?:\.\d{1,2})?)", re.ASCII)


def crs(record: AdverseEvent) -> Held:
    """The syndrome by temperature, blood pressure and oxygen."""
    found = record.crs or CrsFindings()
    fever = None if found.temperature_c is None else found.temperature_c >= FEVER_C
    outcomes = [
        crs_grade(fever, hypotension, found.oxygen, found.antipyretics_given) for hypotension in _hypotension(found)
    ]
    return _held("crs", record, found, _union(outcomes, ["vasopressors"]))


def _hypotension(found: CrsFindings) -> list[Hypotension | None]:
    """What the blood pressure may have needed; a vasopressor says that there was hypotension, whatever else does."""
    if found.vasopressors is not None and found.vasopressors >= 1:
        return ["several-vasopressors" if found.vasopressors > 1 else "one-vasopressor"]
    if found.vasopressin and found.vasopressors == 0:
        return ["one-vasopressor"]
    if found.vasopressin:
        return ["one-vasopressor", "several-vasopressors"]
    if found.hypotension is False:
        return ["none"]
    untreated: list[Hypotension | None] = ["no-vasopressor"] if found.hypotension else ["none", "no-vasopressor"]
    if found.vasopressors == 0:
        return untreated if found.vasopressin is False else [*untreated, "one-vasopressor"]
    return [*untreated, "one-vasopressor", "several-vasopressors"]


def icans(record: AdverseEvent) -> Held:
    """The neurotoxicity by ICE score, consciousness, seizure, motor findings and oedema."""
    found = record.icans or IcansFindings()
    weakness = found.motor_weakness
    motor: Motor | None = None if weakness is None else "focal-weakness" if weakness else "none"
    outcome = icans_grade(found.ice_score, found.consciousness, found.seizure, motor, found.oedema)
    return _held("icans", record, found, _union([outcome], []))


def _held(kind: str, record: AdverseEvent, found: CrsFindings | IcansFindings, outcome: Determined[Value]) -> Held:
    """The reported grade is on CTCAE's scale where its version is recorded; death is reported, never derived."""
    version = _VERSION.fullmatch(record.ctcae_version or "")
    scale = f"CTCAE {version[1]}" if version else None
    accepted = outcome.possible if record.grade == DEATH else ()
    return hold(kind, found.model_dump(), outcome, record.grade, scale, accepted)


def _union(outcomes: list[Determined[int]], missing: list[str]) -> Determined[Value]:
    """What any of the outcomes leaves possible."""
    possible = sorted({grade for outcome in outcomes for grade in outcome.possible})
    if len(outcomes) == 1:
        return Determined(outcomes[0].value, outcomes[0].reason, tuple(possible))
    return among(tuple(possible), missing)
