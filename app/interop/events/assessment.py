"""Disease assessments and laboratory results as events.

https://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.observation import DiseaseAssessment, Lab
from app.endpoints.event import ClinicalEvent
from app.interop.events.evidence import alive

STATUS_OF_RELAPSE = {"haematological": "relapse", "extramedullary": "relapse", "mrd": "mrd-relapse"}


def read_assessment(record: DiseaseAssessment, zone: tzinfo | None) -> list[ClinicalEvent]:
    """The remission status. A relapse by MRD alone is a status of its own, so that no rule takes it for a relapse."""
    relapse = record.relapse
    status = STATUS_OF_RELAPSE[relapse] if relapse else record.response
    events = alive([record.date], zone, "disease_assessment")
    if status is None:
        return events
    return [ClinicalEvent("assessment", record.date.at_site(zone), status=status, category=relapse), *events]


def read_lab(record: Lab, zone: tzinfo | None) -> list[ClinicalEvent]:
    """A sample was taken from a living patient."""
    return alive([record.collected], zone, "lab")
