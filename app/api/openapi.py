"""Request bodies that FastAPI does not read itself, described for OpenAPI.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from functools import cache
from typing import Any

from app.domain.patient import FACT_TYPES
from app.domain.records import RECORD_TYPES
from app.interop.record_schema import record_schema

# Kinds of files that are taken in the background.
LARGE = ("application/x-ndjson", "text/csv", "x-application/hl7-v2+er7")


@cache
def fact_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema of what is said of patients' numbers, by type."""
    return {name: model.model_json_schema() for name, model in FACT_TYPES.items()}


def records_body() -> dict[str, Any]:
    """The request body of intake: one record, an array, or one record a line."""
    schemas = (*(record_schema(name) for name in RECORD_TYPES), *fact_schemas().values())
    record = {"oneOf": [_inline(schema) for schema in schemas]}
    many = {"type": "array", "minItems": 1, "items": record}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"anyOf": [record, many]}},
                "application/x-ndjson": {"schema": {"type": "string", "description": "one record a line"}},
                "application/fhir+json": {"schema": {"type": "object", "description": "a resource, or any Bundle"}},
                "application/fhir+ndjson": {"schema": {"type": "string", "description": "one of them a line"}},
                "x-application/hl7-v2+er7": {
                    "schema": {"type": "string", "description": "a message, or a batch; answered by acknowledgments"}
                },
            },
        }
    }


def file_body() -> dict[str, Any]:
    """The request body of a large file."""
    content = {name: {"schema": {"type": "string", "format": "binary"}} for name in LARGE}
    return {"requestBody": {"required": True, "content": content}}


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    """References resolved in place, so that the schema stands alone."""
    definitions = schema.get("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolve(definitions[node["$ref"].rsplit("/", 1)[1]])
            return {key: resolve(value) for key, value in node.items() if key not in ("$defs", "$schema")}
        return [resolve(item) for item in node] if isinstance(node, list) else node

    found: dict[str, Any] = resolve(schema)
    return found
