"""Every record type and the writer of its resources.

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.domain.adverse_event import AdverseEvent
from app.domain.follow_up import Death, FollowUp, Therapy
from app.domain.gvhd import Gvhd
from app.domain.infusion import Infusion
from app.domain.observation import DiseaseAssessment, Lab
from app.domain.record import Record
from app.domain.subject import Disease, EndOfStudy, Subject
from app.domain.transplant import Transplant
from app.interop.fhir.adverse_event import write_adverse_event
from app.interop.fhir.condition import write_disease
from app.interop.fhir.disease_assessment import write_disease_assessment
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.gvhd import write_gvhd
from app.interop.fhir.infusion import write_infusion
from app.interop.fhir.lab import write_lab
from app.interop.fhir.procedure import write_therapy, write_transplant
from app.interop.fhir.vital_status import write_death, write_follow_up


def write(record: Record, context: Context) -> list[Draft]:
    """The resources of one record, the leading one first: its evidence. Coded values only, never free text.

    Nothing for a subject or an end of study: they are told by the subject's Patient and ResearchSubject.
    KeyError for a record type that has no writer.
    """
    return _WRITERS[type(record)](record, context)


def _nothing(record: Record, context: Context) -> list[Draft]:
    return []


_WRITERS: dict[type[Record], Callable[[Any, Context], list[Draft]]] = {
    Subject: _nothing,
    EndOfStudy: _nothing,
    Disease: write_disease,
    Transplant: write_transplant,
    Infusion: write_infusion,
    AdverseEvent: write_adverse_event,
    Gvhd: write_gvhd,
    DiseaseAssessment: write_disease_assessment,
    Lab: write_lab,
    FollowUp: write_follow_up,
    Death: write_death,
    Therapy: write_therapy,
}
