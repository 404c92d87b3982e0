"""Our definitions as they are served, by type and id.

https://hl7.org/fhir/R4/conformance-module.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from app.interop.fhir.definitions import definitions
from app.interop.fhir.elements import Json
from app.interop.fhir.invariants import Release
from app.version import RELEASED

TYPES = ("CodeSystem", "OperationDefinition", "SearchParameter", "StructureDefinition", "ValueSet")
# They change with the service alone, so each has one version: that of the day it was made.
VERSION_ID = 1
UPDATED = f"{RELEASED}T00:00:00Z"

_RELEASES: dict[int, Release] = {4: "R4", 5: "R5"}


@cache
def published(release: int = 4) -> Mapping[str, Mapping[str, Json]]:
    """Type (one of TYPES) -> id -> definition with its meta, in a release of FHIR. Shared: not to be changed."""
    found: dict[str, dict[str, Json]] = {name: {} for name in TYPES}
    for one in definitions(_RELEASES[release]):
        meta = {"versionId": str(VERSION_ID), "lastUpdated": UPDATED}
        head = {"resourceType": one["resourceType"], "id": one["id"], "meta": meta}
        found[one["resourceType"]][one["id"]] = {**head, **{k: v for k, v in one.items() if k not in head}}
    return found


@cache
def by_url(release: int = 4) -> Mapping[str, Json]:
    """Canonical address -> definition, in a release of FHIR. Shared: not to be changed."""
    return {one["url"]: one for group in published(release).values() for one in group.values()}
