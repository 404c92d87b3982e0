"""CodeableConcepts out of the words of the value sets.

https://hl7.org/fhir/R4/datatypes.html#CodeableConcept

A word that does not resolve is not written: it could be anything, a name included.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from app.interop.fhir.elements import Json, data_absent, present
from app.terminology.coding import Coding
from app.terminology.systems import ENGRAFT
from app.terminology.value_sets import coding, normalise


@cache
def fixed(value_set: str, *words: str) -> Json:
    """The CodeableConcept of words that the writers themselves use. KeyError when there is no such word."""
    return {"coding": [as_coding(coding(value_set, word)) for word in words]}


@cache
def own(name: str) -> Json:
    """A CodeableConcept of ``tables/codes.csv``: what the value sets have no word for. KeyError when missing."""
    return {"coding": [as_coding(_own()[name])]}


def own_codes() -> tuple[Coding, ...]:
    """Every code of ``tables/codes.csv``."""
    return tuple(_own().values())


@cache
def _own() -> dict[str, Coding]:
    text = files("app.interop.fhir.tables").joinpath("codes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["name"]: Coding(ENGRAFT, row["code"], row["display"]) for row in rows}


def as_coding(known: Coding) -> Json:
    """A Coding as JSON."""
    return present(system=known.system, version=known.version, code=known.code, display=known.display)


def coded(value_set: str, word: str | None, *further: str) -> Json | None:
    """The CodeableConcept of an open word, with its codings in `further` value sets; None where it is unknown."""
    known = None if word is None else normalise(value_set, word)
    return None if known is None else _concept(known, value_set, *further)


@cache
def _concept(word: str, *value_sets: str) -> Json:
    return {"coding": [as_coding(coding(name, word)) for name in value_sets]}


def masked(text: str) -> Json:
    """A CodeableConcept that says why the hospital's own words are not there."""
    return {"coding": [data_absent("masked")], "text": text}
