"""The check of a resource in R5: the same rules on the models and the tables of R5.

https://hl7.org/fhir/R5/validation.html
"""

from __future__ import annotations

from typing import Any

from fhir.resources.adverseevent import AdverseEvent
from fhir.resources.biologicallyderivedproduct import BiologicallyDerivedProduct
from fhir.resources.condition import Condition
from fhir.resources.medicationadministration import MedicationAdministration
from fhir.resources.observation import Observation
from fhir.resources.patient import Patient
from fhir.resources.procedure import Procedure
from fhir.resources.researchstudy import ResearchStudy
from fhir.resources.researchsubject import ResearchSubject
from pydantic import BaseModel

from app.domain.errors import Issue
from app.interop.fhir.check import Dialect, check
from app.interop.fhir.r5.moves import TABLES

MODELS_R5: dict[str, type[BaseModel]] = {
    "AdverseEvent": AdverseEvent,
    "BiologicallyDerivedProduct": BiologicallyDerivedProduct,
    "Condition": Condition,
    "MedicationAdministration": MedicationAdministration,
    "Observation": Observation,
    "Patient": Patient,
    "Procedure": Procedure,
    "ResearchStudy": ResearchStudy,
    "ResearchSubject": ResearchSubject,
}
R5 = Dialect(MODELS_R5, TABLES, "R5")


def check_r5(resource: dict[str, Any]) -> list[Issue]:
    """Every fault found in one resource of R5; an empty list when there is none. As `check`, of R4."""
    return check(resource, R5)
