"""Group: the cohort of a study, without anybody's identity.

https://hl7.org/fhir/R4/group.html
"""

from __future__ import annotations

from collections.abc import Sequence

from app.interop.fhir.draft import Draft, reference
from app.interop.fhir.elements import present
from app.interop.fhir.urls import STUDY_NAME


def write_group(study: str, title: str | None, patients: Sequence[str]) -> Draft:
    """The people of a study. study: its name; patients: ids of their Patients."""
    body = present(
        identifier=[{"system": STUDY_NAME, "value": study}],
        active=True,
        type="person",
        actual=True,
        name=title or study,
        quantity=len(patients),
        member=[{"entity": reference("Patient", patient)} for patient in patients],
    )
    return Draft("Group", "", body)
