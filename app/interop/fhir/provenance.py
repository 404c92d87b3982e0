"""Provenance: who said what a change wrote, and when.

https://hl7.org/fhir/R4/provenance.html

The hospital stands in it as the code of its site; its own id of a record may name someone, and stands nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from app.interop.fhir.elements import Json, present
from app.interop.fhir.urls import SITE, STUDY_NAME

_DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_AUTHOR = {"coding": [{"system": _PARTICIPANT, "code": "author", "display": "Author"}]}
_REASONS = {"amended": "correction", "entered-in-error": "entered in error"}
# What a search knows: kind and definition.
PARAMETERS = {
    "_id": ("token", "Resource-id"),
    "_lastUpdated": ("date", "Resource-lastUpdated"),
    "agent": ("reference", "Provenance-agent"),
    "patient": ("reference", "Provenance-patient"),
    "recorded": ("date", "Provenance-recorded"),
    "target": ("reference", "Provenance-target"),
}


class Wrote(Protocol):
    """A version that a change wrote. type, id, version: of the resource; deleted: whether the version is a deletion."""

    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> int: ...  # noqa: D102
    @property
    def deleted(self) -> bool: ...  # noqa: D102


def write_provenance(
    seq: int, at: str, origin: tuple[str | None, str | None], status: str | None, targets: Iterable[Wrote], release: int
) -> Json:
    """The whole resource. seq, at: of the change; origin: (study, site); status: of the record; release: of FHIR."""
    wrote = list(targets)
    reason = {"text": _REASONS[status]} if status in _REASONS else None
    why: dict[str, Any] = {"reason": reason and [reason]}
    if release == 5:
        why = {"authorization": reason and [{"concept": reason}]}
    return present(
        resourceType="Provenance",
        id=str(seq),
        meta={"versionId": "1", "lastUpdated": at},
        target=[_version(one, one.version) for one in wrote],
        recorded=at,
        **why,
        activity=_activity(wrote, status),
        agent=[{"type": _AUTHOR, "who": _who(*origin)}],
        entity=[{"role": "revision", "what": _version(one, one.version - 1)} for one in wrote if one.version > 1],
    )


def _version(one: Wrote, version: int) -> Json:
    return {"reference": f"{one.type}/{one.id}/_history/{version}"}


def _activity(wrote: list[Wrote], status: str | None) -> Json:
    if all(one.deleted for one in wrote):
        code, display = "DELETE", "delete"
    elif status == "entered-in-error":
        code, display = "NULLIFY", "nullify"
    elif all(one.version == 1 for one in wrote):
        code, display = "CREATE", "create"
    else:
        code, display = "UPDATE", "revise"
    return {"coding": [{"system": _DATA_OPERATION, "code": code, "display": display}]}


def _who(study: str | None, site: str | None) -> Json:
    """The site in the study, else the study, else nobody that is known."""
    if study is None:
        return {"display": "not known"}
    system, value = (STUDY_NAME, study) if site is None else (SITE, f"{study}/{site}")
    return {"type": "Organization", "identifier": {"system": system, "value": value}}


def capability() -> Json:
    """Provenance in the CapabilityStatement."""
    found = [
        {"name": name, "definition": f"http://hl7.org/fhir/SearchParameter/{definition}", "type": kind}
        for name, (kind, definition) in PARAMETERS.items()
    ]
    offered = [{"code": "read"}, {"code": "search-type"}]
    return {"type": "Provenance", "interaction": offered, "versioning": "versioned", "searchParam": found}
