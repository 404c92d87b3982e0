"""Transplant, infusion and later therapy as events.

https://hl7.org/fhir/R4/procedure.html
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.follow_up import Therapy
from app.domain.infusion import Infusion
from app.domain.transplant import Transplant
from app.endpoints.event import ClinicalEvent
from app.interop.events.evidence import alive, strata


def read_transplant(record: Transplant, zone: tzinfo | None) -> list[ClinicalEvent]:
    """The transplant and its strata."""
    names = ("donor_type", "graft_source", "conditioning")
    days = record.date.at_site(zone)
    return [
        ClinicalEvent("transplant", days),
        *strata({name: getattr(record, name) for name in names}, days),
        *alive([record.date], zone, "transplant"),
    ]


def read_infusion(record: Infusion, zone: tzinfo | None) -> list[ClinicalEvent]:
    """The infusion; `flag` says whether cells were given. One that was not done is no evidence of anything."""
    event = ClinicalEvent("infusion", record.start.at_site(zone), status=record.outcome, flag=record.exposed)
    if not record.exposed:
        return [event]
    return [
        event,
        *strata({"dose_level": record.dose_level}, event.days),
        *alive([record.start, record.end], zone, "infusion"),
    ]


def read_therapy(record: Therapy, zone: tzinfo | None) -> list[ClinicalEvent]:
    """A later therapy: kind and intent decide whether it is a new anti-leukaemic one."""
    event = ClinicalEvent("therapy", record.date.at_site(zone), status=record.intent, category=record.kind)
    return [event, *alive([record.date], zone, "therapy")]
