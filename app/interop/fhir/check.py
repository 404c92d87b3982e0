"""The check of a resource, made once on its way in.

https://hl7.org/fhir/R4/validation.html

Required bindings of CodeableConcepts are enforced where the table names them; AdverseEvent.outcome is left out on
purpose, because the research guide binds it to NCIt codes and its own examples carry those alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from app.domain.errors import Issue
from app.interop.fhir.invariants import Release, invariant_issues
from app.interop.fhir.rules import R4_TABLES, TOO_DEEP, element_issues, id_issues
from app.interop.fhir.structure import MODELS, structure_issues


@dataclass(frozen=True, slots=True)
class Dialect:
    """A release of FHIR as the check knows it: its models, the package of its table, its invariants."""

    models: Mapping[str, type[BaseModel]]
    tables: str
    invariants: Release


R4 = Dialect(MODELS, R4_TABLES, "R4")


def check(resource: dict[str, Any], dialect: Dialect = R4) -> list[Issue]:
    """Every fault found in one resource of our types; an empty list when there is none.

    resource: decoded JSON with its resourceType, numbers as int or Decimal; it is not changed.
    Paths are those of FHIRPath, seen from the resource. Never raises, never echoes a value.
    """
    name = resource.get("resourceType")
    models = dialect.models
    if not isinstance(name, str) or name not in models:
        return [Issue("resourceType", "not-supported", "not a resource type of this service", ", ".join(models))]
    elements = element_issues(resource, dialect.tables)
    if any(issue.code == TOO_DEEP for issue in elements):
        return elements
    broken = invariant_issues(resource, dialect.invariants)
    return _once(structure_issues(resource, models) + id_issues(resource) + elements + broken)


def _once(issues: list[Issue]) -> list[Issue]:
    """One issue a place: the first one names the cause."""
    return list({issue.path: issue for issue in reversed(issues)}.values())[::-1]
