"""A resource on its way out, before it has an id, and what its writer must know.

https://hl7.org/fhir/R4/resource.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Draft:
    """One resource of a record.

    type: resource type; role: stable across the versions of the record and unique within (record, type), such as
    ``"mrd"``; body: the JSON without resourceType, id and meta, numbers as int or Decimal; profile: the canonical
    address of the profile that the body meets, where it meets one.
    """

    type: str
    role: str
    body: dict[str, Any]
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The ids that a writer refers to: ResearchStudy, Patient, ResearchSubject and the record's own resources.

    identify: (resource type, role) -> id of this record's resource; product: the BiologicallyDerivedProduct that the
    subject was given, where it is known.
    """

    study: str
    patient: str
    research_subject: str
    identify: Callable[[str, str], str]
    product: str | None = None

    def own(self, resource_type: str, role: str) -> dict[str, str]:
        """A Reference to another resource of the same record."""
        return reference(resource_type, self.identify(resource_type, role))


def reference(resource_type: str, identity: str) -> dict[str, str]:
    """A literal, relative Reference."""
    return {"reference": f"{resource_type}/{identity}"}
