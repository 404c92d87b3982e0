"""MedicationAdministration of R5.

https://hl7.org/fhir/R5/medicationadministration.html
"""

from __future__ import annotations

from decimal import Decimal

from app.interop.fhir.elements import Json, present
from app.interop.fhir.r5.extensions import value
from app.interop.fhir.urls import project


def medication_administration(body: Json) -> Json:
    """Performers as CodeableReferences, and whether less was given than was planned, where both are known."""
    performers = [{**item, "actor": {"reference": item.get("actor")}} for item in body.get("performer", [])]
    return {**body, **present(performer=performers, isSubPotent=_less_than_planned(body))}


def _less_than_planned(body: Json) -> bool | None:
    """None where a dose is missing, or where the two stand in different units."""
    url = project("planned-dose")
    planned = next((value(item) for item in body.get("extension", []) if item.get("url") == url), None)
    given = body.get("dosage", {}).get("dose")
    if not planned or not given or planned.get("code") != given.get("code"):
        return None
    if "value" not in planned or "value" not in given:
        return None
    return Decimal(str(given["value"])) < Decimal(str(planned["value"]))
