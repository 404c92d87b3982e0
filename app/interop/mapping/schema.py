"""The language of mapping profiles as a published JSON Schema, written from the model.

https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

from typing import Any

from app.endpoints.schema import DRAFT
from app.interop.mapping.profile import SOURCE_WORDS, Profile

TITLE = "Mapping profile"


def json_schema() -> dict[str, Any]:
    """The schema of a whole document. What holds across parts (names of maps, say) is checked on loading only."""
    found: dict[str, Any] = _tidy(Profile.model_json_schema())
    found["$defs"]["Group"]["propertyNames"] = {"not": {"enum": sorted(SOURCE_WORDS)}}
    return {"$schema": DRAFT, **found, "title": TITLE}


def _tidy(shape: Any) -> Any:
    """Titles that only repeat words go; the forms that a value can have need not exclude each other."""
    if isinstance(shape, list):
        return [_tidy(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    found = {name: _tidy(value) for name, value in shape.items() if name != "title" or not isinstance(value, str)}
    if "oneOf" in found:
        found["anyOf"] = found.pop("oneOf")
    return found
