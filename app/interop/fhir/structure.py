"""Structure of a resource: elements, cardinalities and data types, as fhir.resources knows them.

https://hl7.org/fhir/R4/resourcelist.html

The models are those of R4B (4.3.0); for our types they accept what R4 (4.0.1) accepts. A model is built once to
find faults and thrown away: it rounds decimals, so nothing is ever written from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fhir.resources.R4B.adverseevent import AdverseEvent
from fhir.resources.R4B.biologicallyderivedproduct import BiologicallyDerivedProduct
from fhir.resources.R4B.condition import Condition
from fhir.resources.R4B.medicationadministration import MedicationAdministration
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.patient import Patient
from fhir.resources.R4B.procedure import Procedure
from fhir.resources.R4B.researchstudy import ResearchStudy
from fhir.resources.R4B.researchsubject import ResearchSubject
from pydantic import BaseModel, ValidationError

from app.domain.errors import Issue

MODELS: dict[str, type[BaseModel]] = {
    "AdverseEvent": AdverseEvent,
    "BiologicallyDerivedProduct": BiologicallyDerivedProduct,
    "Condition": Condition,
    "MedicationAdministration": MedicationAdministration,
    "Observation": Observation,
    "Patient": Patient,
    "Procedure": Procedure,
    "ResearchStudy": ResearchStudy,
    "ResearchSubject": ResearchSubject,
}
ELEMENT_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}", re.ASCII)
_KINDS = {
    "missing": ("required", "this element is required"),
    "model_field_validation.missing": ("required", "this element is required"),
    "extra_forbidden": ("structure", "unknown element"),
    "list_type": ("structure", "must be an array"),
    "string_type": ("structure", "must be a text"),
}
_CHOICE = ("structure", "exactly one of the elements of a choice may be present")
_OTHER = ("value", "not a legal value")


def structure_issues(
    resource: dict[str, Any], models: Mapping[str, type[BaseModel]] = MappingProxyType(MODELS)
) -> list[Issue]:
    """Faults in the structure of `resource`, whose resourceType is one of `models`. Values are never echoed."""
    try:
        models[resource["resourceType"]].model_validate(resource)
    except ValidationError as error:
        return [_issue(found) for found in error.errors(include_url=False, include_input=False)]
    except (KeyError, TypeError):  # fhir.resources 8.3 looks a contained type up by its name, whatever stands there
        return [Issue("contained", "structure", "unknown resource type")]
    except AttributeError:  # and takes every url for a text
        return [Issue("", "structure", "wrong JSON type", "a text where a url stands")]
    return []


def without_unknown(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource without the elements that its model does not know, at any depth; `resource` is not changed."""
    try:
        MODELS[resource["resourceType"]].model_validate(resource)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            if found["type"] == "extra_forbidden":
                resource = _without(resource, found["loc"])
    except (KeyError, TypeError):  # as above; the check names the place
        return resource
    return resource


def _without(node: Any, location: tuple[Any, ...]) -> Any:
    """A copy without what lies at the location; an array keeps its items."""
    if not location or isinstance(node, dict) and location[0] not in node:
        return node
    first, rest = location[0], location[1:]
    if isinstance(node, list):
        return [_without(item, rest) if index == first else item for index, item in enumerate(node)]
    if not rest:
        return {name: value for name, value in node.items() if name != first}
    return {**node, first: _without(node[first], rest)}


def _issue(found: Any) -> Issue:
    kind, location = found["type"], found["loc"]
    code, message = _KINDS.get(kind, _CHOICE if kind == "value_error" and _is_element(location) else _OTHER)
    return Issue(place(location), code, message)


def _is_element(location: tuple[Any, ...]) -> bool:
    """Faults of a whole element (its place is the resource or an array item) are faults of a choice."""
    return not location or isinstance(location[-1], int)


def place(location: tuple[Any, ...]) -> str:
    """A place such as ``component[0].code``; what does not look like an element name is left out."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif ELEMENT_NAME.fullmatch(part):
            path += f".{part}" if path else part
    return path
