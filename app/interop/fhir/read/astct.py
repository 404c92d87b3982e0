"""What the ASTCT grades of CRS and ICANS rest on, out of the extensions of an AdverseEvent.

https://doi.org/10.1016/j.bbmt.2018.12.758
"""

from __future__ import annotations

from app.interop.fhir.elements import Json
from app.interop.fhir.read.concepts import word
from app.interop.fhir.read.elements import amount, own_parts, said


def crs(resource: Json) -> Json:
    """The findings of a cytokine release syndrome; empty where there are none."""
    told: Json = next(iter(own_parts(resource, "crs-findings")), {})
    return said(
        temperature_c=amount(told.get("temperature"), "Cel"),
        antipyretics_given=told.get("antipyretics-given"),
        hypotension=told.get("hypotension"),
        vasopressors=told.get("vasopressors"),
        vasopressin=told.get("vasopressin"),
        oxygen=word(told.get("oxygen"), "crs-oxygen"),
    )


def icans(resource: Json) -> Json:
    """The findings of an immune effector cell neurotoxicity; empty where there are none."""
    told: Json = next(iter(own_parts(resource, "icans-findings")), {})
    return said(
        ice_score=told.get("ice-score"),
        consciousness=word(told.get("consciousness"), "icans-consciousness"),
        seizure=word(told.get("seizure"), "icans-seizure"),
        motor_weakness=told.get("motor-weakness"),
        oedema=word(told.get("oedema"), "icans-oedema"),
    )
