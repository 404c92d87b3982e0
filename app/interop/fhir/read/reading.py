"""What the readers of FHIR give: records as they stand at the JSON door, and the resources they are made from.

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """A resource that takes part in a record. role: of the writer's Draft for that resource, "" for a leading one."""

    type: str
    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One record that resources say.

    record: its JSON without site, source, id, version and subject; members: the resources, the leading one first;
    number, site: of a subject record, where they are said; study: id of the ResearchStudy that it refers to.
    """

    record: dict[str, Any]
    members: tuple[Member, ...]
    number: str | None = None
    site: str | None = None
    study: str | None = None


@dataclass(frozen=True, slots=True)
class Unused:
    """A resource that makes no record. reason: one plain sentence, without a value of the resource."""

    type: str
    id: str
    reason: str


class NoRecordError(Exception):
    """A resource makes no record. reason: one plain sentence, without a value of the resource."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
