"""The cells of the trial, by the codes under which they are sent.

https://hl7.org/fhir/R4/biologicallyderivedproduct.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.read.concepts import coded_word, word

INFUSION = "donor-gdt-infusion"


def is_treatment(concept: Any) -> bool:
    """Whether a CodeableConcept means donor gamma-delta T cells."""
    return word(concept, "product") is not None


def is_infusion(resource: Json) -> bool:
    """Whether a Procedure or MedicationAdministration gives the cells."""
    if resource["resourceType"] == "Procedure":
        code = resource.get("code")
        used = [code, *(resource.get("usedCode") or [])]
        return coded_word(code, "procedure") == INFUSION or any(is_treatment(one) for one in used)
    return resource["resourceType"] == "MedicationAdministration" and is_treatment(medication(resource))


def medication(resource: Json) -> Any:
    """The CodeableConcept of what was given, of a contained Medication too."""
    literal = (resource.get("medicationReference") or {}).get("reference", "")
    contained = {f"#{item.get('id')}": item.get("code") for item in resource.get("contained") or []}
    return resource.get("medicationCodeableConcept") or contained.get(literal)
