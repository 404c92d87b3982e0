"""CodeableConcepts: fixed ones from the table of this room, others from words that the value sets know.

https://hl7.org/fhir/R4/datatypes.html#CodeableConcept

A word that does not resolve is not written: it could be anything, a name included.
"""

from __future__ import annotations

import csv
from functools import cache, lru_cache
from importlib.resources import files

from app.interop.fhir.elements import Json, present
from app.terminology.coding import Coding
from app.terminology.systems import ENGRAFT
from app.terminology.value_sets import coding


@cache
def _table() -> dict[str, Json]:
    text = files("app.interop.fhir.tables").joinpath("codes.csv").read_text(encoding="utf-8")
    return {row["name"]: _fixed(row) for row in csv.DictReader(text.splitlines())}


def _fixed(row: dict[str, str]) -> Json:
    system = ENGRAFT if row["system"] == "engraft" else row["system"]
    return present(system=system, code=row["code"], display=row["display"] or None)


def fixed(*names: str) -> Json:
    """The CodeableConcept of rows of ``tables/codes.csv``. KeyError when a row is missing."""
    return {"coding": [_table()[name] for name in names]}


def as_coding(known: Coding) -> Json:
    """A Coding as JSON."""
    return present(system=known.system, version=known.version, code=known.code, display=known.display or None)


@lru_cache(maxsize=4096)
def coded(value_set: str, word: str | None) -> Json | None:
    """The CodeableConcept of a word of a value set; None where the word is unknown or there is none."""
    known = None if word is None else coding(value_set, word)
    return None if known is None else {"coding": [as_coding(known)]}
