"""Patient: the person without an identity.

https://hl7.org/fhir/R4/patient.html
"""

from __future__ import annotations

from app.interop.fhir.draft import Draft
from app.interop.fhir.elements import optional_date, present
from app.interop.fhir.research_subject import SubjectView


def write_patient(view: SubjectView) -> Draft:
    """Sex, year of birth and death; no identifier and no name. Alive is never written: silence is no proof of it."""
    death = optional_date(view.death) if view.dead else None
    body = present(
        gender=view.sex,
        birthDate=None if view.birth_year is None else f"{view.birth_year:04d}",
        deceasedDateTime=death,
        deceasedBoolean=True if view.dead and death is None else None,
    )
    return Draft("Patient", "", body)
