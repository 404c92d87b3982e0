"""What every definition of ours has in common.

https://hl7.org/fhir/R4/metadatatypes.html
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Any

from app.interop.fhir.invariants import Release
from app.interop.fhir.urls import PROJECT

VERSION = "1.0.0"
FHIR_VERSIONS: dict[Release, str] = {"R4": "4.0.1", "R5": "5.0.0"}
_BREAK = re.compile(r"[^A-Za-z0-9]+")


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """Rows of a table of the definitions, in file order."""
    text = files("app.interop.fhir.definitions.tables").joinpath(f"{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def header(resource_type: str, name: str, title: str, description: str) -> dict[str, Any]:
    """resourceType, id, canonical address and the rest that every definition carries. name: the last of the address."""
    return {
        "resourceType": resource_type,
        "id": name,
        "url": f"{PROJECT}/{resource_type}/{name}",
        "version": VERSION,
        "name": computer_name(name),
        "title": title,
        "status": "active",
        "experimental": False,
        "publisher": "Engraft",
        "description": description,
    }


def computer_name(name: str) -> str:
    """The name as a programming language would have it: a capital first, letters and digits alone."""
    return "".join(word[:1].upper() + word[1:] for word in _BREAK.split(name))


def value_set_url(name: str) -> str:
    """The canonical address of one of our value sets."""
    return f"{PROJECT}/ValueSet/{name}"
