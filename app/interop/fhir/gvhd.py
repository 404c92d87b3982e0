"""GVHD: a Condition, and an Observation of its grade and organ stages.

https://www.ncbi.nlm.nih.gov/books/NBK577669/
"""

from __future__ import annotations

from app.domain.dates import PartialDate
from app.domain.gvhd import Gvhd
from app.interop.fhir.codes import coded, fixed
from app.interop.fhir.condition import verification
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import (
    Json,
    complex_extension,
    date_time,
    extension,
    optional_date,
    present,
    study_extension,
    subject,
)
from app.interop.fhir.observation import component, observation
from app.interop.fhir.urls import project

GRADE = "grade"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def write_gvhd(record: Gvhd, context: Context) -> list[Draft]:
    """The episode; and its grade, where a grade, a severity, a stage or a score was recorded."""
    return [_condition(record, context), *_grade(record, context)]


def _condition(record: Gvhd, context: Context) -> Draft:
    """In error it has neither a clinical status (con-5) nor, without one, an end (con-4)."""
    in_error = record.status == "entered-in-error"
    body = present(
        extension=[
            study_extension(context, project("research-study")),
            *extension(
                project("systemic-therapy-start"), "valueDateTime", optional_date(record.systemic_therapy_start)
            ),
            *extension(project("steroid-refractory"), "valueBoolean", record.steroid_refractory),
            *_history(record),
        ],
        clinicalStatus=None if in_error else _clinical_status(record),
        verificationStatus=verification(record),
        code=coded("gvhd-kind", record.kind, "gvhd-kind-snomed", "gvhd-kind-icd10cm"),
        subject=subject(context),
        onsetDateTime=optional_date(record.onset),
        abatementDateTime=None if in_error else optional_date(record.end),
        recordedDate=optional_date(record.recorded),
    )
    return Draft("Condition", "", body)


def _clinical_status(record: Gvhd) -> Json | None:
    """Resolved when it has ended (con-4); without an end nobody has said whether it is active."""
    return None if record.end is None else {"coding": [{"system": _CLINICAL, "code": "resolved"}]}


def _history(record: Gvhd) -> list[Json]:
    return [
        change
        for item in record.grade_history or ()
        for change in complex_extension(
            project("grade-change"),
            extension("date", "valueDateTime", date_time(item.date)),
            extension("grade", "valueCodeableConcept", _level(item.grade)),
        )
    ]


def _level(word: str | None) -> Json | None:
    """A severity before a grade: `none` is a word of both, and as a severity that one."""
    return coded("gvhd-severity", word) or coded("gvhd-grade", word)


def _grade(record: Gvhd, context: Context) -> list[Draft]:
    word = (record.grade or record.severity) if record.kind == "acute" else (record.severity or record.grade)
    parts = _parts(record)
    if word is None and not parts:
        return []
    name = "acute-gvhd-grade" if record.kind == "acute" else "chronic-gvhd-severity"
    return [
        observation(
            record,
            context,
            GRADE,
            fixed("observation", name),
            _reached(record, word),
            claimed=_profile(record),
            focus=[context.own("Condition", "")],
            valueCodeableConcept=_level(word),
            component=parts,
        )
    ]


def _profile(record: Gvhd) -> str | None:
    """Its value is a grade, so an acute GVHD that has a severity alone does not meet it."""
    return "acute-gvhd-grade" if record.kind == "acute" and (record.grade or not record.severity) else None


def _reached(record: Gvhd, word: str | None) -> PartialDate | None:
    """The day of the grade: where the history has it, from there; without a history the grade is that of the onset."""
    if not record.grade_history:
        return record.onset
    return next((change.date for change in record.grade_history if change.grade == word), None)


def _parts(record: Gvhd) -> list[Json]:
    """Stages of MAGIC and scores of NIH; which of them a number is stands beside the organ."""
    stages = record.stages.model_dump() if record.stages else {}
    told = [("gvhd-stage", stages), ("chronic-gvhd-organ-score", record.organ_scores or {})]
    return [
        part
        for scale, numbers in told
        for organ, number in numbers.items()
        for part in component(_part(organ, scale), "valueInteger", number)
    ]


def _part(organ: str, scale: str) -> Json | None:
    code = coded("gvhd-organ", organ)
    return code and {"coding": [*code["coding"], *fixed("observation", scale)["coding"]]}
