"""The check of a resource, made once on its way in.

https://hl7.org/fhir/R4/validation.html

Required bindings of CodeableConcepts are enforced where the table names them; AdverseEvent.outcome is left out on
purpose, because the research guide binds it to NCIt codes and its own examples carry those alone.
"""

from __future__ import annotations

from typing import Any

from app.domain.errors import Issue
from app.interop.fhir.invariants import invariant_issues
from app.interop.fhir.rules import TOO_DEEP, element_issues, id_issues
from app.interop.fhir.structure import MODELS, structure_issues


def check(resource: dict[str, Any]) -> list[Issue]:
    """Every fault found in one resource of our types; an empty list when there is none.

    resource: decoded JSON with its resourceType, numbers as int or Decimal; it is not changed.
    Paths are those of FHIRPath, seen from the resource. Never raises, never echoes a value.
    """
    name = resource.get("resourceType")
    if not isinstance(name, str) or name not in MODELS:
        return [Issue("resourceType", "not-supported", "not a resource type of this service", ", ".join(MODELS))]
    elements = element_issues(resource)
    if any(issue.code == TOO_DEEP for issue in elements):
        return elements
    return _once(structure_issues(resource) + id_issues(resource) + elements + invariant_issues(resource))


def _once(issues: list[Issue]) -> list[Issue]:
    """One issue a place: the first one names the cause."""
    return list({issue.path: issue for issue in reversed(issues)}.values())[::-1]
