"""Codes that are understood where hospitals send them, beside those that stand for the words of the value sets.

https://hl7.org/fhir/R4/terminologies.html
"""

from __future__ import annotations

from functools import cache, lru_cache

from app.terminology.systems import canonical
from app.terminology.tables import rows
from app.terminology.value_sets import word_for


@lru_cache(maxsize=4096)
def meant(value_set: str, system: str | None, code: str) -> str | None:
    """The word that a code means; None when unknown. Without a system the code alone decides.

    It may be a word that the value set has not, such as the autologous transplant that nobody may take for another.
    KeyError when there is no such value set.
    """
    return word_for(value_set, system, code) or _further(value_set, system, code)


def _further(value_set: str, system: str | None, code: str) -> str | None:
    where = canonical(system) if system else None
    found = (word for known, word in _codes().get((value_set, code), ()) if where in (None, known))
    return next(found, None)


@cache
def _codes() -> dict[tuple[str, str], list[tuple[str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows("further_codes"):
        found.setdefault((row["value_set"], row["code"]), []).append((row["system"], row["word"]))
    return found
