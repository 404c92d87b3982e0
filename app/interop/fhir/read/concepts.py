"""CodeableConcepts as words of the value sets: the writers' tables, read the other way.

https://hl7.org/fhir/R4/datatypes.html#CodeableConcept

A code decides before the words beside it do, and only inside its value set: NCIt C48275 is a grade, a criterion of
seriousness and an outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.r5.extensions import value
from app.interop.fhir.urls import DATA_ABSENT
from app.terminology.further_codes import meant
from app.terminology.systems import canonical
from app.terminology.value_sets import normalise


def word(concept: Any, *value_sets: str) -> str | None:
    """The word that a CodeableConcept means in the first of these value sets that knows it; None when unknown."""
    return coded_word(concept, *value_sets) or _spoken(concept, value_sets)


def coded_word(concept: Any, *value_sets: str) -> str | None:
    """The word by a code alone, for value sets whose words are too common to be trusted in free text."""
    found = (meant(name, one.get("system"), one["code"]) for name in value_sets for one in codings(concept))
    return next(filter(None, found), None)


def _spoken(concept: Any, value_sets: Iterable[str]) -> str | None:
    """By the words; a code may be such a word too, as the `Serious` of R4 is."""
    spoken = [*texts(concept), *(one["code"] for one in codings(concept))]
    found = (normalise(name, text) for name in value_sets for text in spoken)
    return next(filter(None, found), None)


def words(concepts: Iterable[Any], *value_sets: str) -> list[str]:
    """The words of several, those that are known."""
    return [known for known in (word(concept, *value_sets) for concept in concepts) if known is not None]


def codings(concept: Any) -> Iterator[Json]:
    """The Codings that have a code and say more than why there is none."""
    for one in concept.get("coding") or [] if isinstance(concept, dict) else []:
        if one.get("code") and one.get("system") != DATA_ABSENT:
            yield one


def texts(concept: Any) -> Iterator[str]:
    """What a CodeableConcept says in words: its text, then its displays. Nothing where the words are withheld."""
    if not isinstance(concept, dict) or masked(concept):
        return
    for text in (concept.get("text"), *(one.get("display") for one in concept.get("coding") or [])):
        if text and text.strip():
            yield text.strip()


def masked(concept: Json) -> bool:
    """Whether our writers withheld the hospital's own words (app.interop.fhir.codes.masked)."""
    return any(one.get("system") == DATA_ABSENT for one in concept.get("coding") or [])


def code_reference(concept: Any) -> Json | None:
    """The first Coding as a code of a record, with the words beside it; None where there is none."""
    found = next(codings(concept), None)
    if found is None:
        return None
    known = {"code": found["code"].strip(), "text": next(texts(concept), None) if concept.get("text") else None}
    system = {"system": canonical(found["system"])} if found.get("system") else {}
    return system | {name: item for name, item in known.items() if item}


def component(resource: Json, code: Json) -> Any:
    """The value of the component with the code of this CodeableConcept; None where there is none."""
    return next(iter(components(resource, code)), None)


def components(resource: Json, code: Json) -> list[Any]:
    """The values of every component with the code of this CodeableConcept."""
    return [value(part) for part in having(resource, code) if value(part) is not None]


def having(resource: Json, code: Json) -> list[Json]:
    """The components with the code of this CodeableConcept."""
    return [part for part in resource.get("component") or [] if shares(part.get("code"), code)]


def shares(concept: Any, code: Json) -> bool:
    """Whether a concept has one of the codes of another."""
    wanted = {(one["system"], one["code"]) for one in code["coding"]}
    return any((canonical(one.get("system", "")), one["code"]) in wanted for one in codings(concept))
