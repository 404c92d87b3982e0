"""When a version of a resource was made in the system that sends it: what orders versions that arrive late.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r'(?:W/)?"?(\d{1,15})"?', re.ASCII)
_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True)
class Stamp:
    """updated: microseconds since 1970; version: a versionId that is a number; rank: 1 for what is taken back."""

    updated: int | None = None
    version: int | None = None
    rank: int = 0

    def order(self, other: Stamp) -> int:
        """1: this version is newer than the other, -1: it is older, 0: nothing tells them apart."""
        for name in ("updated", "version"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is not None and theirs is not None and mine != theirs:
                return 1 if mine > theirs else -1
        return (self.rank > other.rank) - (self.rank < other.rank)

    @property
    def dated(self) -> bool:
        """Whether it says anything of the order of versions."""
        return self.updated is not None or self.version is not None


def stamp_of(resource: Any, otherwise: str | None) -> Stamp:
    """Of a resource as it was sent. otherwise: an instant that counts where the resource has none, its Bundle's."""
    meta = resource.get("meta") if isinstance(resource, dict) else None
    meta = meta if isinstance(meta, dict) else {}
    updated = _moment(meta.get("lastUpdated"))
    rank = int(isinstance(resource, dict) and resource.get("status") == _IN_ERROR)
    return Stamp(_moment(otherwise) if updated is None else updated, _version(meta.get("versionId")), rank)


def deletion_stamp(response: Any, otherwise: str | None) -> Stamp:
    """Of a deletion: as the history tells it, else the Bundle."""
    told = response if isinstance(response, dict) else {}
    updated = _moment(told.get("lastModified"))
    return Stamp(_moment(otherwise) if updated is None else updated, _version(told.get("etag")), 1)


def _moment(text: Any) -> int | None:
    """None for what is no instant with a time zone."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return None if found is None or found.tzinfo is None else (found - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None


def _version(text: Any) -> int | None:
    found = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    return int(found[1]) if found else None
