"""The operations of this service that the standard does not define.

https://hl7.org/fhir/R4/operationdefinition.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.definitions.metadata import header, rows


def operation_definitions() -> list[dict[str, Any]]:
    """One OperationDefinition an operation."""
    return [_definition(row) for row in rows("operations")]


def _definition(row: dict[str, str]) -> dict[str, Any]:
    title = f"{row['resource']}/[id]/${row['code']}"
    return {
        **header("OperationDefinition", row["name"], title, row["description"]),
        "kind": "operation",
        "affectsState": row["affects_state"] == "true",
        "code": row["code"],
        "resource": [row["resource"]],
        "system": False,
        "type": False,
        "instance": row["instance"] == "true",
        "parameter": [_parameter(one) for one in rows("parameters") if one["operation"] == row["name"]],
    }


def _parameter(row: dict[str, str]) -> dict[str, Any]:
    words = {name: row[name] for name in ("name", "use")}
    return {**words, "min": int(row["min"]), **{name: row[name] for name in ("max", "documentation", "type")}}
