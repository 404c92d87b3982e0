"""What the ASTCT grades of CRS and ICANS rest on, as extensions of an AdverseEvent.

https://doi.org/10.1016/j.bbmt.2018.12.758
"""

from __future__ import annotations

from app.domain.adverse_event import CrsFindings, IcansFindings
from app.interop.fhir.codes import coded
from app.interop.fhir.elements import Json, complex_extension, extension, quantity
from app.interop.fhir.urls import project

_CONCEPT = "valueCodeableConcept"


def crs_findings(found: CrsFindings | None) -> list[Json]:
    """The findings of a cytokine release syndrome; nothing where none was recorded."""
    if found is None:
        return []
    temperature = None if found.temperature_c is None else quantity(found.temperature_c, "Cel")
    return complex_extension(
        project("crs-findings"),
        extension("temperature", "valueQuantity", temperature),
        extension("antipyretics-given", "valueBoolean", found.antipyretics_given),
        extension("hypotension", "valueBoolean", found.hypotension),
        extension("vasopressors", "valueInteger", found.vasopressors),
        extension("vasopressin", "valueBoolean", found.vasopressin),
        extension("oxygen", _CONCEPT, coded("crs-oxygen", found.oxygen)),
    )


def icans_findings(found: IcansFindings | None) -> list[Json]:
    """The findings of an immune effector cell neurotoxicity; nothing where none was recorded."""
    if found is None:
        return []
    return complex_extension(
        project("icans-findings"),
        extension("ice-score", "valueInteger", found.ice_score),
        extension("consciousness", _CONCEPT, coded("icans-consciousness", found.consciousness)),
        extension("seizure", _CONCEPT, coded("icans-seizure", found.seizure)),
        extension("motor-weakness", "valueBoolean", found.motor_weakness),
        extension("oedema", _CONCEPT, coded("icans-oedema", found.oedema)),
    )
