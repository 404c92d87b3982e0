"""The operations of this service, and definitions of those that the standard does not define.

https://hl7.org/fhir/R4/operationdefinition.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.interop.fhir.definitions.metadata import header, rows
from app.interop.fhir.urls import operation_definition


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table. resource: the type it is of, `Resource` for every type; levels: system, type, instance.

    definition: the address of its OperationDefinition, the standard's where that has one; own: whether it is ours.
    """

    name: str
    code: str
    resource: str
    levels: tuple[str, ...]
    definition: str
    own: bool


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter that an operation takes. max: how often, None for as often as one likes."""

    name: str
    min: int
    max: int | None
    type: str


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation that is offered, in the order of the table."""
    return tuple(
        Operation(
            row["name"],
            row["code"],
            row["resource"],
            tuple(row["levels"].split()),
            row["definition"] or operation_definition(row["name"]),
            not row["definition"],
        )
        for row in rows("operations")
    )


@cache
def inputs(operation: str) -> Mapping[str, Input]:
    """What an operation takes, by name."""
    return {
        row["name"]: Input(row["name"], int(row["min"]), None if row["max"] == "*" else int(row["max"]), row["type"])
        for row in rows("parameters")
        if row["operation"] == operation and row["use"] == "in"
    }


def operation_definitions() -> list[dict[str, Any]]:
    """One OperationDefinition for each operation of our own."""
    return [_definition(row) for row in rows("operations") if not row["definition"]]


def _definition(row: dict[str, str]) -> dict[str, Any]:
    levels = row["levels"].split()
    place = "/[id]" if "instance" in levels else ""
    return {
        **header("OperationDefinition", row["name"], f"{row['resource']}{place}/${row['code']}", row["description"]),
        "kind": "operation",
        "affectsState": row["affects_state"] == "true",
        "code": row["code"],
        "resource": [row["resource"]],
        **{level: level in levels for level in ("system", "type", "instance")},
        "parameter": [_parameter(one) for one in rows("parameters") if one["operation"] == row["name"]],
    }


def _parameter(row: dict[str, str]) -> dict[str, Any]:
    words = {name: row[name] for name in ("name", "use")}
    return {**words, "min": int(row["min"]), **{name: row[name] for name in ("max", "documentation", "type")}}
