"""What the CapabilityStatement says of our definitions.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.definitions.metadata import rows
from app.interop.fhir.definitions.published import TYPES
from app.interop.fhir.definitions.search import searches
from app.interop.fhir.urls import AE_PROFILE, AE_PROFILE_R5, profile

_INTERACTIONS = ("read", "vread", "history-instance", "search-type")
_OF_OTHERS = {"AdverseEvent": {4: AE_PROFILE, 5: AE_PROFILE_R5}}


def supported_profiles(resource_type: str, release: int) -> dict[str, Any]:
    """The profiles that resources of a type are written to, ours and those of others."""
    ours = [profile(row["profile"]) for row in rows("profiles") if row["type"] == resource_type]
    others = [_OF_OTHERS[resource_type][release]] if resource_type in _OF_OTHERS else []
    return {"supportedProfile": [*others, *ours]} if others or ours else {}


def defined_resources() -> list[dict[str, Any]]:
    """The entries of the types that we define ourselves, and of the Measures that are made of study definitions."""
    defined = [{**_entry(name, _INTERACTIONS), "versioning": "versioned", "readHistory": True} for name in TYPES]
    return [*defined, {**_entry("Measure", ("read", "search-type")), "versioning": "versioned", "readHistory": False}]


def _entry(name: str, interactions: tuple[str, ...]) -> dict[str, Any]:
    found = [{"name": item.code, "definition": item.reference, "type": item.kind} for item in searches(name).values()]
    return {"type": name, "interaction": [{"code": code} for code in interactions], "searchParam": found}
