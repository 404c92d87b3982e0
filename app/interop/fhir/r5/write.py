"""Every resource of the service in R5.

https://hl7.org/fhir/R5/resourcelist.html
"""

from __future__ import annotations

from app.domain.record import Record
from app.domain.study import Study
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.patient import write_patient
from app.interop.fhir.r5.convert import draft_as_r5
from app.interop.fhir.research_study import write_research_study
from app.interop.fhir.research_subject import SubjectView, write_research_subject
from app.interop.fhir.write import write


def write_r5(record: Record, context: Context) -> list[Draft]:
    """The resources of one record in R5: types, roles and order as in R4. KeyError for a type without a writer."""
    return [draft_as_r5(draft) for draft in write(record, context)]


def write_r5_subject(view: SubjectView, study_id: str, patient_id: str) -> list[Draft]:
    """Patient and ResearchSubject in R5."""
    return [draft_as_r5(write_patient(view)), draft_as_r5(write_research_subject(view, study_id, patient_id))]


def write_r5_study(name: str, study: Study) -> Draft:
    """The ResearchStudy in R5."""
    return draft_as_r5(write_research_study(name, study))
