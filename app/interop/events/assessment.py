"""Disease assessments and laboratory results as events.

https://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.observation import DiseaseAssessment, Lab
from app.endpoints.event import ClinicalEvent
from app.interop.events.evidence import alive
from app.terminology.laboratory import named_test
from app.terminology.units import convert

PLATELETS = "PLT"
COUNTS = ("ANC", PLATELETS)
STATUS_OF_RELAPSE = {"haematological": "relapse", "extramedullary": "relapse", "mrd": "mrd-relapse"}


def read_assessment(record: DiseaseAssessment, zone: tzinfo | None) -> list[ClinicalEvent]:
    """The remission status. A relapse by MRD alone is a status of its own, so that no rule takes it for a relapse."""
    relapse = record.relapse
    status = STATUS_OF_RELAPSE[relapse] if relapse else record.response
    events = alive([record.date], zone, "disease_assessment")
    marrow = record.marrow_blasts_pct
    if status is None and marrow is None:
        return events
    value, days = None if marrow is None else float(marrow), record.date.at_site(zone)
    found = ClinicalEvent("assessment", days, status=status, category=relapse, value=value)
    if record.mrd_relapse_in_remission:
        events.append(ClinicalEvent("assessment", days, status=STATUS_OF_RELAPSE["mrd"], category="mrd"))
    return [found, *events]


def read_lab(record: Lab, zone: tzinfo | None) -> list[ClinicalEvent]:
    """A sample was taken from a living patient; of the counts that endpoints are read from, the value too."""
    events = alive([record.collected], zone, "lab")
    test = named_test(record.test)
    if test is None or test.id not in COUNTS or record.number is None:
        return events
    comparator, number = record.number
    kept = convert(test.id, number, record.unit or "")
    if kept is None:
        return events
    days, value = record.collected.at_site(zone), float(kept.value)
    transfused = record.transfused if test.id == PLATELETS else None
    return [ClinicalEvent("count", days, status=comparator, category=test.id, value=value, flag=transfused), *events]
