"""The views that come with the service: the flat tables that a sponsor asks for first.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from app.interop.viewdefinition.read import read
from app.interop.viewdefinition.table import compile_view


@cache
def views() -> dict[str, dict[str, Any]]:
    """Every shipped ViewDefinition by its id. ViewError where one cannot run: it must not be found out by a client."""
    folder = files(__package__).joinpath("views")
    documents = [msgspec.json.decode(item.read_bytes()) for item in folder.iterdir() if item.name.endswith(".json")]
    for document in documents:
        compile_view(read(document))
    return {document["id"]: document for document in sorted(documents, key=lambda document: document["id"])}


def find(reference: str) -> dict[str, Any] | None:
    """The view of a reference: ``ViewDefinition/id``, or the view's canonical address."""
    name = reference.rpartition("ViewDefinition/")[2]
    found = views().get(name)
    known = found is not None and reference in (f"ViewDefinition/{name}", found["url"])
    return found if known else None
