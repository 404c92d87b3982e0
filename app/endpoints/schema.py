"""The definition language as a published JSON Schema, written from the models and the vocabulary.

https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Any

from app.endpoints import checks, definition
from app.endpoints.definition import Definition
from app.endpoints.selections import CONDITIONS
from app.endpoints.vocabulary import RELATEDNESS, Kind, kinds

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "Study definition"


@cache
def meanings() -> dict[tuple[str, str], str]:
    """What each word means, by part of the language and word. A part has the words of its base as well."""
    text = files(__package__).joinpath("words.csv").read_text(encoding="utf-8")
    return {(row["part"], row["word"]): row["meaning"] for row in csv.DictReader(text.splitlines())}


def meaning(part: str, word: str) -> str:
    """What a word means in a part. KeyError where nobody has said so."""
    found = meanings()
    return found[part, word] if (part, word) in found else found[getattr(definition, part).__base__.__name__, word]


def json_schema() -> dict[str, Any]:
    """The schema of a whole document. What holds across parts (names of sources, say) is checked on loading only."""
    found = Definition.model_json_schema()
    parts = found.pop("$defs")
    for name, part in (*parts.items(), ("Definition", found)):
        _describe(name, part)
    _limit(found, parts)
    parts["Where"] |= {"allOf": [_carried(kind) for kind in kinds().values()]}
    return {"$schema": DRAFT, **found, "title": TITLE, "$defs": parts}


def _describe(name: str, part: dict[str, Any]) -> None:
    """Meanings in place of the titles that only repeat the words."""
    part["title"] = name
    for word, shape in part["properties"].items():
        shape.pop("title", None)
        shape["description"] = meaning(name, word)


def _limit(whole: dict[str, Any], parts: dict[str, Any]) -> None:
    """Patterns, limits and vocabularies that `check` knows."""
    properties = whole["properties"]
    properties["id"] |= {"pattern": f"^{checks.ID.pattern}$", "not": {"const": checks.RESERVED_ID}}
    names = {"propertyNames": {"pattern": f"^{checks.NAME.pattern}$", "not": {"const": checks.PRIMARY}}}
    properties["sources"] |= {**names, "minProperties": 1, "maxProperties": checks.MAX_SOURCES}
    endpoint_ids = {"propertyNames": {"pattern": f"^{checks.ENDPOINT_ID.pattern}$"}}
    properties["endpoints"] |= {**endpoint_ids, "minProperties": 1, "maxProperties": checks.MAX_ENDPOINTS}
    # OpenAPI's word; the schemas of `oneOf` tell their kinds apart themselves.
    properties["endpoints"]["additionalProperties"].pop("discriminator")
    parts["TimeToEvent"]["properties"]["analyses"] |= names
    parts["Override"]["minProperties"] = 2
    parts["Where"]["properties"]["kind"]["enum"] = list(kinds())
    parts["Toxicity"]["properties"]["related_in"]["items"]["enum"] = list(RELATEDNESS)
    for part in (whole, *parts.values()):
        for word, shape in part["properties"].items():
            for listing in (shape, *shape.get("anyOf", ())):
                if word in checks.NOT_EMPTY and listing.get("type") == "array":
                    listing["minItems"] = 1


def _carried(kind: Kind) -> dict[str, Any]:
    """What a selection of one kind may ask for."""
    asked = {word: _shape(kind, word) for word in CONDITIONS}
    return {"if": {"properties": {"kind": {"const": kind.name}}}, "then": {"properties": asked}}


def _shape(kind: Kind, word: str) -> Any:
    attribute = kind.attributes.get(CONDITIONS[word])
    if attribute is None:
        return {"type": "null"}
    if attribute.words is not None:
        return {"items": {"enum": list(attribute.words)}, "minItems": 1, "uniqueItems": True}
    if attribute.lowest is not None:
        return {"minimum": attribute.lowest, "maximum": attribute.highest}
    return True
