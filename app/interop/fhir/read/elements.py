"""FHIR data types as the readers need them.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.r5.extensions import parts, value
from app.interop.fhir.urls import RESEARCH_STUDY, project
from app.terminology.systems import UCUM

Name = tuple[str, str]


def said(**fields: Any) -> Json:
    """The fields of a record that were said: a record knows neither null nor empty lists."""
    return {name: item for name, item in fields.items() if item is not None and item not in ([], {})}


def extensions(node: Json, url: str) -> list[Json]:
    """The extensions of this address."""
    return [item for item in node.get("extension") or [] if item.get("url") == url]


def extended(node: Json, url: str) -> Any:
    """The value of the first extension of this address; None where there is none."""
    return next((value(item) for item in extensions(node, url)), None)


def own(node: Json, name: str) -> Any:
    """The value of an extension of this project."""
    return extended(node, project(name))


def own_parts(node: Json, name: str) -> list[Json]:
    """The parts of each complex extension of this project, by their names."""
    return [parts(item) for item in extensions(node, project(name))]


def target(reference: Any) -> Name | None:
    """(type, id) that a local literal Reference leads to, whatever its version."""
    literal = reference.get("reference") if isinstance(reference, dict) else None
    steps = literal.split("/") if isinstance(literal, str) else []
    local = len(steps) == 2 or (len(steps) == 4 and steps[2] == "_history")
    return (steps[0], steps[1]) if local and steps[0] else None


def targets(references: Any) -> list[Name]:
    """Where a list of References leads to, as far as that is here."""
    found = [target(item) for item in references or []]
    return [name for name in found if name is not None]


def name_of(resource: Json) -> Name:
    """(type, id) of a resource."""
    return resource["resourceType"], resource["id"]


def patient_of(resource: Json) -> Name | None:
    """The Patient that a resource is about."""
    return target(resource.get("subject") or resource.get("individual"))


def study_of(resource: Json) -> str | None:
    """Id of the ResearchStudy that a resource refers to: by its own element, or by extension where it has none."""
    element = resource.get("study")
    listed: Iterable[Any] = element if isinstance(element, list) else [element]
    places = [*listed, extended(resource, RESEARCH_STUDY), own(resource, "research-study")]
    found = [target(item) for item in places]
    return next((name[1] for name in found if name is not None and name[0] == "ResearchStudy"), None)


def start(resource: Json, name: str) -> str | None:
    """The day or time of an element that is a dateTime, an instant or a Period: of the latter its start."""
    moment: str | None = resource.get(f"{name}DateTime") or resource.get(f"{name}Instant")
    return moment or (resource.get(f"{name}Period") or {}).get("start")


def end(resource: Json, name: str) -> str | None:
    """The end of a Period; None for what has none."""
    found: str | None = (resource.get(f"{name}Period") or {}).get("end")
    return found


def units(quantity: Json) -> list[str]:
    """How the unit is written: its UCUM code first, then the words for people."""
    coded = quantity.get("code") if quantity.get("system") in (None, UCUM) else None
    return [unit for unit in (coded, quantity.get("unit")) if unit]


def amount(quantity: Any, *known: str) -> Decimal | int | None:
    """The number of a Quantity whose unit is one of these; None for another unit and for an inexact number."""
    if not isinstance(quantity, dict) or quantity.get("comparator") or not set(units(quantity)) & set(known):
        return None
    return quantity.get("value")


def percent(quantity: Any) -> Decimal | int | None:
    """The number of a Quantity in per cent."""
    return amount(quantity, "%")
