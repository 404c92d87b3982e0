"""Subject, disease and end of study as events.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from datetime import tzinfo

from app.domain.subject import Disease, EndOfStudy, Subject
from app.endpoints.event import UNKNOWN, ClinicalEvent
from app.interop.events.evidence import alive, strata


def read_subject(record: Subject, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Membership of the study, consent and its withdrawal, strata."""
    withdrawal = record.withdrawal
    events = [ClinicalEvent("subject", UNKNOWN), *strata({"sex": record.sex, **(record.strata or {})})]
    if withdrawal is not None:
        days = withdrawal.date.at_site(zone)
        events.append(ClinicalEvent("withdrawal", days, status=withdrawal.scope, flag=withdrawal.vital_status_allowed))
    dates = (record.consent_date, withdrawal.date if withdrawal else None)
    return events + alive(dates, zone, "subject")


def read_disease(record: Disease, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Strata of the disease."""
    names = ("subtype", "status_at_transplant", "cns_status")
    return strata({name: getattr(record, name) for name in names})


def read_end_of_study(record: EndOfStudy, zone: tzinfo | None) -> list[ClinicalEvent]:
    """The last day in the study; it is an administrative date and proves nothing about life."""
    return [ClinicalEvent("end_of_study", record.date.at_site(zone))]
