"""The closed vocabularies of the records, and the codes that stand for their words in FHIR.

https://hl7.org/fhir/R4/valueset.html
"""

from __future__ import annotations

from functools import cache

from app.terminology.coding import Coding
from app.terminology.systems import ENGRAFT, canonical
from app.terminology.tables import rows
from app.terminology.wording import fold


def value_sets() -> tuple[str, ...]:
    """Names of all value sets, e.g. `response`, `relatedness`, `seriousness-criterion`."""
    return tuple(_codings())


def words(value_set: str) -> tuple[str, ...]:
    """The words of a value set, in its order. KeyError when there is no such value set."""
    return tuple(_codings()[value_set])


def normalise(value_set: str, word: str) -> str | None:
    """The word that was meant: itself or a listed synonym, whatever its case and punctuation; None when unknown.

    KeyError when there is no such value set.
    """
    meant = _synonyms()[value_set]
    return word if word in _codings()[value_set] else meant.get(fold(word))


def coding(value_set: str, word: str) -> Coding:
    """The coding of a word, of the project's own code system where no public code is confirmed.

    KeyError when there is no such value set or word.
    """
    return _codings()[value_set][word]


def word_for(value_set: str, system: str | None, code: str) -> str | None:
    """The word that a code stands for in this value set; None when unknown. Without a system the code alone decides.

    A code has no meaning outside a value set: NCIt C48275 is a grade, a seriousness criterion and an outcome.
    KeyError when there is no such value set.
    """
    where = canonical(system) if system else None
    for word, known in _codings()[value_set].items():
        if known.code == code and where in (None, known.system):
            return word
    return None


def project_concepts() -> tuple[Coding, ...]:
    """Every code of the project's own code system, once each, in file order."""
    every = (coding for codings in _codings().values() for coding in codings.values())
    return tuple(dict.fromkeys(coding for coding in every if coding.system == ENGRAFT))


@cache
def _codings() -> dict[str, dict[str, Coding]]:
    found: dict[str, dict[str, Coding]] = {}
    for row in rows("value_sets"):
        found.setdefault(row["value_set"], {})[row["word"]] = Coding(row["system"], row["code"], row["display"])
    return found


@cache
def _synonyms() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows("value_sets"):
        names = [row["word"], *row["synonyms"].split("|")]
        found.setdefault(row["value_set"], {}).update({fold(name): row["word"] for name in names if name})
    return found
