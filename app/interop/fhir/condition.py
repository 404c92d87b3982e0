"""Condition: the leukaemia.

https://hl7.org/fhir/R4/condition.html
"""

from __future__ import annotations

from app.domain.record import Record
from app.domain.subject import Disease
from app.interop.fhir.codes import coded, fixed
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import Json, extension, optional_date, present, study_extension, subject
from app.interop.fhir.urls import ASSERTED_DATE, project

_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def write_disease(record: Disease, context: Context) -> list[Draft]:
    """The disease for which the transplant was done. Its date is that of the diagnosis, not of the first symptom."""
    body = present(
        extension=[
            study_extension(context, project("research-study")),
            *extension(ASSERTED_DATE, valueDateTime=optional_date(record.diagnosis_date)),
            *extension(project("disease-subtype"), valueCodeableConcept=coded("subtype", record.subtype)),
        ],
        verificationStatus=verification(record),
        code=_diagnosis(record),
        subject=subject(context),
        recordedDate=optional_date(record.recorded),
        stage=_stages(record),
    )
    return [Draft("Condition", "", body)]


def verification(record: Record) -> Json:
    """Confirmed, since a hospital reports what it has diagnosed; or entered in error."""
    code = "entered-in-error" if record.status == "entered-in-error" else "confirmed"
    return {"coding": [{"system": _VERIFICATION, "code": code}]}


def _diagnosis(record: Disease) -> Json | None:
    code = record.diagnosis.code if record.diagnosis else None
    return coded("diagnosis", code)


def _stages(record: Disease) -> list[Json]:
    known = {
        "status-at-transplant": coded("status_at_transplant", record.status_at_transplant),
        "cns-status": coded("cns_status", record.cns_status),
    }
    return [{"summary": summary, "type": fixed(name)} for name, summary in known.items() if summary]
