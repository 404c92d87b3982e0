"""Evidence of life: every dated contact with the patient proves that they lived on its first possible day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from app.domain.dates import DayRange, PartialDate
from app.endpoints.event import UNKNOWN, ClinicalEvent


def alive(dates: Iterable[PartialDate | None], zone: tzinfo | None, source: str) -> list[ClinicalEvent]:
    """One event per known date; a partial date proves no more than its first possible day."""
    return [ClinicalEvent("alive", date.at_site(zone), category=source) for date in dates if date is not None]


def strata(values: dict[str, str | None], days: DayRange = UNKNOWN) -> list[ClinicalEvent]:
    """Categories of the subject that results can be grouped by; days: of the treatment that they belong to."""
    return [
        ClinicalEvent("stratum", days, status=value, category=name)
        for name, value in values.items()
        if value is not None
    ]
