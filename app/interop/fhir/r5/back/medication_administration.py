"""MedicationAdministration of R4.

https://hl7.org/fhir/R4/medicationadministration.html
"""

from __future__ import annotations

from app.interop.fhir.elements import Json, present


def medication_administration(body: Json, left: Json) -> None:
    """Performers that are somebody; of a medication that is both named and referred to its name."""
    performers = [_performer(item) for item in body.pop("performer", []) if "reference" in item.get("actor", {})]
    body.update(present(performer=performers))
    if "medicationCodeableConcept" in body:
        body.pop("medicationReference", None)


def _performer(item: Json) -> Json:
    return {**item, "actor": item["actor"]["reference"]}
