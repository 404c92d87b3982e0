"""The status of a record, out of that of its resource; and what has not happened or was taken back.

https://hl7.org/fhir/R4/valueset-observation-status.html ; https://hl7.org/fhir/R4/valueset-event-status.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.domain.dates import parse_date
from app.interop.fhir.elements import Json
from app.interop.fhir.read.reading import NoRecordError

IN_ERROR = "entered-in-error"
_OBSERVED = {"final": "final", "amended": "amended", "corrected": "amended", IN_ERROR: IN_ERROR}
_NOT_OBSERVED = {
    "registered": "there is no result yet",
    "preliminary": "the result is preliminary",
    "cancelled": "the observation was cancelled",
}
_NOT_HAPPENED = {"preparation": "it has not happened yet", "not-done": "it was not done"}
_NOT_CONFIRMED = "the condition is not confirmed"


def observed(resource: Json) -> str:
    """The record status of an Observation. NoRecordError for one without a settled result."""
    status = resource.get("status", "unknown")
    if status not in _OBSERVED:
        raise NoRecordError(_NOT_OBSERVED.get(status, "its status is unknown"))
    return _OBSERVED[status]


def counts(part: Json, lead: Json) -> bool:
    """Whether a part of a record counts with its leading resource: it is in error only where that is."""
    if part["resourceType"] == "Observation" and part.get("status") not in _OBSERVED:
        return False
    return part.get("status") != IN_ERROR or in_error(lead)


def joined(status: str, parts: Iterable[Json]) -> str:
    """The status of a record of several resources: amended where a part of it is."""
    amended = any(_OBSERVED.get(part.get("status", "")) == "amended" for part in parts)
    return "amended" if amended and status == "final" else status


def in_error(resource: Json) -> bool:
    """Whether a resource says that it should not be there; a Condition says so by its verification status."""
    return resource.get("status") == IN_ERROR or IN_ERROR in _verified(resource)


def is_settled(resource: Json) -> bool:
    """Whether an Observation has a result that counts: neither outstanding nor taken back."""
    return _OBSERVED.get(resource.get("status", "unknown"), IN_ERROR) != IN_ERROR


def happened(resource: Json, *further: str) -> str:
    """The record status of a Procedure or MedicationAdministration. NoRecordError for what has not happened.

    further: statuses that are recorded all the same.
    """
    status = resource.get("status", "unknown")
    if status in _NOT_HAPPENED and status not in further:
        raise NoRecordError(_NOT_HAPPENED[status])
    return IN_ERROR if status == IN_ERROR else "final"


def confirmed(resource: Json) -> str:
    """The record status of a Condition; silence confirms. NoRecordError for one that is doubted or refuted."""
    codes = _verified(resource)
    if IN_ERROR in codes:
        return IN_ERROR
    if codes and "confirmed" not in codes:
        raise NoRecordError(_NOT_CONFIRMED)
    return "final"


def _verified(resource: Json) -> set[Any]:
    codings: list[Any] = (resource.get("verificationStatus") or {}).get("coding") or []
    return {one.get("code") for one in codings}


def recorded(resource: Json) -> str | None:
    """When the hospital recorded it, where that is known to the day: recordedDate or issued, never meta.lastUpdated."""
    text: str | None = resource.get("recordedDate") or resource.get("issued")
    if text is None:
        return None
    try:
        return text if parse_date(text).precision in ("day", "time") else None
    except ValueError:
        return None
