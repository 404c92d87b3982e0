"""Condition: the leukaemia.

https://hl7.org/fhir/R4/condition.html
"""

from __future__ import annotations

from app.domain.record import Record
from app.domain.subject import Disease
from app.domain.terms import CodeRef
from app.interop.fhir.codes import as_coding, coded, masked, own
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import Json, extension, optional_date, present, study_extension, subject
from app.interop.fhir.urls import ASSERTED_DATE, project
from app.terminology.value_sets import coding, word_for

_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_DIAGNOSES = ("condition", "condition-icd10cm")


def write_disease(record: Disease, context: Context) -> list[Draft]:
    """The disease for which the transplant was done. Its date is that of the diagnosis, not of the first symptom."""
    body = present(
        extension=[
            study_extension(context, project("research-study")),
            *extension(ASSERTED_DATE, "valueDateTime", optional_date(record.diagnosis_date)),
            *extension(project("disease-subtype"), "valueCodeableConcept", coded("disease-subtype", record.subtype)),
        ],
        verificationStatus=verification(record),
        code=None if record.diagnosis is None else _diagnosis(record.diagnosis),
        subject=subject(context),
        recordedDate=optional_date(record.recorded),
        stage=_stages(record),
    )
    return [Draft("Condition", "", body)]


def verification(record: Record) -> Json:
    """Confirmed, since a hospital reports what it has diagnosed; or entered in error."""
    code = "entered-in-error" if record.status == "entered-in-error" else "confirmed"
    return {"coding": [{"system": _VERIFICATION, "code": code}]}


def _diagnosis(diagnosis: CodeRef) -> Json:
    for value_set in _DIAGNOSES:
        word = word_for(value_set, diagnosis.system, diagnosis.code) if diagnosis.code else None
        if word is not None:
            return {"coding": [as_coding(coding(value_set, word))]}
    return masked("diagnosis not in the code table")


def _stages(record: Disease) -> list[Json]:
    words = {"status-at-transplant": record.status_at_transplant, "cns-status": record.cns_status}
    known = {name: coded(name, word) for name, word in words.items()}
    return [{"summary": summary, "type": own(name)} for name, summary in known.items() if summary]
