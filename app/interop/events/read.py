"""The table of event readers and the one way into it.

https://hl7.org/fhir/R4/valueset-event-status.html (entered-in-error counts nowhere)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from app.domain.record import Record
from app.endpoints.event import ClinicalEvent
from app.interop.events import adverse_event, assessment, follow_up, gvhd, subject, treatment
from app.interop.events.discrepancies import read_discrepancies

Reader = Callable[[Any, tzinfo | None], list[ClinicalEvent]]
READERS: dict[str, Reader] = {
    "subject": subject.read_subject,
    "disease": subject.read_disease,
    "end_of_study": subject.read_end_of_study,
    "transplant": treatment.read_transplant,
    "infusion": treatment.read_infusion,
    "therapy": treatment.read_therapy,
    "adverse_event": adverse_event.read_adverse_event,
    "gvhd": gvhd.read_gvhd,
    "disease_assessment": assessment.read_assessment,
    "lab": assessment.read_lab,
    "follow_up": follow_up.read_follow_up,
    "death": follow_up.read_death,
}


def read_events(record: Record, zone: tzinfo | None) -> list[ClinicalEvent]:
    """Clinical events in one record; zone is the site's, None where it declared none."""
    if record.status == "entered-in-error":
        return []
    return [*READERS[record.type](record, zone), *read_discrepancies(record, zone)]
