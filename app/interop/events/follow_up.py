"""Contacts and deaths as events.

https://hl7.org/fhir/R4/patient-definitions.html#Patient.deceased_x_
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.dates import DayRange
from app.domain.follow_up import Death, FollowUp
from app.endpoints.event import FIRST_DAY, UNKNOWN, ClinicalEvent
from app.interop.events.evidence import alive


def read_follow_up(record: FollowUp, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Evidence of life, or a death on an unknown day up to this contact."""
    if record.proves_alive:
        return alive([record.date], zone, "follow_up")
    if not record.reports_death:
        return []
    latest = record.date.at_site(zone).last
    return [ClinicalEvent("death", DayRange(FIRST_DAY, latest, "none"))]


def read_death(record: Death, zone: tzinfo | None) -> list[ClinicalEvent]:
    """The death. Its first possible day also proves life until then, which counts before a cut-off."""
    days = UNKNOWN if record.date is None else record.date.at_site(zone)
    return [ClinicalEvent("death", days, category=record.cause), *alive([record.date], zone, "death")]
