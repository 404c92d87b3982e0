"""A resource of R5 as one of R4.

https://hl7.org/fhir/R5/diff.html
"""

from __future__ import annotations

from collections.abc import Callable

from app.interop.fhir.elements import Json
from app.interop.fhir.r5.back.adverse_event import adverse_event
from app.interop.fhir.r5.back.condition import condition
from app.interop.fhir.r5.back.medication_administration import medication_administration
from app.interop.fhir.r5.back.moves import moved_back
from app.interop.fhir.r5.back.procedure import procedure
from app.interop.fhir.r5.back.product import product
from app.interop.fhir.r5.back.research_study import research_study
from app.interop.fhir.r5.back.research_subject import research_subject
from app.interop.fhir.r5.convert import PROFILES, with_profiles
from app.interop.fhir.structure import MODELS, without_unknown

_PROFILES = {r5: r4 for r4, r5 in PROFILES.items()}
# Each changes the body, which is in the names of R4 already; left: what the table found no element for.
NOUNS: dict[str, Callable[[Json, Json], None]] = {
    "AdverseEvent": adverse_event,
    "BiologicallyDerivedProduct": product,
    "Condition": condition,
    "MedicationAdministration": medication_administration,
    "Procedure": procedure,
    "ResearchStudy": research_study,
    "ResearchSubject": research_subject,
}


def as_r4(resource: Json) -> Json:
    """A whole resource, its id and meta kept; of its profiles those that have a counterpart in R4.

    resource: one that passes the check of R5, with its resourceType; it is not changed. Numbers are passed on.
    Elements that R4 does not know are left out, at any depth.
    """
    name = resource["resourceType"]
    found, left = moved_back(name, with_profiles(resource, _PROFILES))
    if "contained" in found:
        found["contained"] = [as_r4(item) for item in found["contained"]]
    noun = NOUNS.get(name)
    if noun is not None:
        noun(found, left)
    return without_unknown(found) if name in MODELS else found
