"""ResearchStudy: the trial itself.

https://hl7.org/fhir/R4/researchstudy.html
"""

from __future__ import annotations

from app.domain.study import Study
from app.interop.fhir.draft import Draft
from app.interop.fhir.elements import present
from app.interop.fhir.urls import STUDY_NAME


def write_research_study(name: str, study: Study) -> Draft:
    """The study under its name; a study that takes records is active."""
    body = present(identifier=[{"system": STUDY_NAME, "value": name}], title=study.title, status="active")
    return Draft("ResearchStudy", "", body)
