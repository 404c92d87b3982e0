"""The search parameters as this service offers them, each derived from the standard's own.

https://hl7.org/fhir/R4/searchparameter.html
"""

from __future__ import annotations

from functools import cache
from typing import Any

from app.interop.fhir.definitions.metadata import header
from app.interop.fhir.elements import Json, present
from app.interop.fhir.invariants import Release
from app.interop.fhir.search.parameters import Parameter, Step, parameters, sources, types
from app.interop.fhir.structure import MODELS
from app.interop.fhir.urls import PROJECT

_NUMBERS: dict[Release, int] = {"R4": 4, "R5": 5}
_COMPARED = ("date", "quantity")
_PRIMITIVES = ("Boolean", "DateTime", "Instant", "Integer", "String", "Time")
_COMPARATORS = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]


def search_parameter_definitions(release: Release = "R4") -> list[dict[str, Any]]:
    """One SearchParameter for each parameter of a type; those of every resource are the standard's and not repeated."""
    offered = [item for name in types() for item in parameters(name, _NUMBERS[release]).values()]
    return [_definition(item, release) for item in offered if not item.code.startswith("_")]


def _definition(item: Parameter, release: Release) -> Json:
    name = _name(item)
    more = present(
        derivedFrom=item.reference,
        code=item.code,
        base=[item.type],
        type=item.kind,
        # The index is of the R4 form, so there is nothing that an expression on R5 could say.
        expression=_expression(item) if release == "R4" else None,
        target=list(item.targets),
        comparator=_COMPARATORS if item.kind in _COMPARED else None,
        component=[{"definition": _url(part), "expression": "$this"} for part in item.parts],
    )
    description = f"{item.code} of {item.type}, as this service searches by it."
    head = header("SearchParameter", name, f"{item.type}: {item.code}", description)
    if release == "R4":
        del head["title"]  # it came with R5
    return {**head, **more}


def _name(item: Parameter) -> str:
    """The last of the address; an id holds no underscore."""
    return f"{item.type}-{item.code.replace('_', '-')}"


def _url(item: Parameter) -> str:
    return f"{PROJECT}/SearchParameter/{_name(item)}"


def _expression(item: Parameter) -> str | None:
    """The elements in FHIRPath, those of the parameters that it reads too; None for a composite."""
    read = [other for other in sources(item.type) if set(other.numbers) & set(item.numbers)]
    return " | ".join(f"{item.type}.{_path(path)}" for other in read for path in other.paths) or None


def _path(steps: tuple[Step, ...]) -> str:
    return ".".join(_step(step) for step in steps)


def _step(step: Step) -> str:
    base = _choices().get(step.name)
    named = step.name if base is None else f"{base}.ofType({_type(step.name.removeprefix(base))})"
    return named if step.only is None else f"{named}.where({step.only[0]} = '{step.only[1]}')"


def _type(name: str) -> str:
    """The FHIRPath name of a type that stands in an element's name."""
    return f"{name[0].lower()}{name[1:]}" if name in _PRIMITIVES else name


@cache
def _choices() -> dict[str, str]:
    """Element of one type of a choice -> the choice: valueQuantity -> value."""
    fields = [field for model in MODELS.values() for field in model.model_fields.values()]
    told = {field.alias: field.json_schema_extra for field in fields if isinstance(field.json_schema_extra, dict)}
    return {str(name): str(extra["one_of_many"]) for name, extra in told.items() if "one_of_many" in extra}
