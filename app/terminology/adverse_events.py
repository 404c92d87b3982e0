"""Adverse-event terms of CTCAE v5.0 and the categories on which the toxicity rules work.

https://dctd.cancer.gov/research/ctep-trials/for-sites/adverse-events
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from app.terminology.coding import Coding
from app.terminology.systems import NCIT, canonical
from app.terminology.tables import rows
from app.terminology.wording import fold

NON_HAEMATOLOGICAL = "non-haematological"
CATEGORIES = (
    "constitutional",
    "infusion-reaction",
    "crs",
    "icans",
    "haematological",
    "neutropenia",
    "thrombocytopenia",
    "lymphopenia",
    "laboratory",
    "graft-failure",
    "gvhd",
    "alopecia",
    "disease-progression",
    NON_HAEMATOLOGICAL,
)
_FILLERS = frozenset({"of", "in", "the"})
_GRADE = re.compile(r" (?:ctcae )?(?:grade|gr|g|stage) ?(?:[0-5]|i{1,3}|iv|v)$")


@dataclass(frozen=True, slots=True)
class AdverseEventTerm:
    """One term. code is its NCIt code or None; soc its System Organ Class or None.

    ctcae is False for what CTCAE v5.0 does not name: GVHD, ICANS, graft failure, relapse of the leukaemia.
    """

    term: str
    code: str | None
    category: str
    soc: str | None
    ctcae: bool

    @property
    def unspecific(self) -> bool:
        """Whether this is one of the `Other, specify` terms, whose meaning lies in the verbatim text."""
        return self.term.endswith("Other, specify")

    @property
    def coding(self) -> Coding | None:
        """The NCIt coding, None where no code is confirmed."""
        return None if self.code is None else Coding(NCIT, self.code, self.term)


@cache
def known_terms() -> tuple[AdverseEventTerm, ...]:
    """Every term of the table, CTCAE v5.0 first."""
    return tuple(
        AdverseEventTerm(row["term"], row["ncit"] or None, row["category"], row["soc"] or None, row["ctcae"] == "yes")
        for row in rows("adverse_events")
    )


def find_term(text: str | None, system: str | None, code: str | None) -> AdverseEventTerm | None:
    """The term that was meant; None when neither the code nor the text is known.

    The code decides. Under an `Other, specify` code the verbatim text decides where it names a known term.
    A code without a system is looked up among all systems; an unknown code leaves the text to decide.
    """
    coded = _by_code(system, code)
    if coded is not None and not coded.unspecific:
        return coded
    return _by_text(text) or coded


def category(text: str | None, system: str | None, code: str | None) -> str:
    """One of CATEGORIES; `non-haematological` for unknown terms, which keeps them under the toxicity rules."""
    found = find_term(text, system, code)
    return NON_HAEMATOLOGICAL if found is None else found.category


def _by_code(system: str | None, code: str | None) -> AdverseEventTerm | None:
    if not code:
        return None
    if system:
        return _coded().get((canonical(system), code.strip()))
    return _coded_anywhere().get(code.strip())


def _by_text(text: str | None) -> AdverseEventTerm | None:
    if not text:
        return None
    name = fold(text)
    return _named().get(_key(name)) or _named().get(_key(_GRADE.sub("", name)))


def _key(name: str) -> str:
    return " ".join(word for word in name.split() if word not in _FILLERS)


@cache
def _named() -> dict[str, AdverseEventTerm]:
    terms = {term.term: term for term in known_terms()}
    names = {_key(fold(name)): term for name, term in terms.items()}
    return names | {_key(fold(row["synonym"])): terms[row["term"]] for row in rows("adverse_event_synonyms")}


@cache
def _coded() -> dict[tuple[str, str], AdverseEventTerm]:
    terms = {term.term: term for term in known_terms()}
    codes = {(NCIT, term.code): term for term in known_terms() if term.code is not None}
    return codes | {(row["system"], row["code"]): terms[row["term"]] for row in rows("adverse_event_codes")}


@cache
def _coded_anywhere() -> dict[str, AdverseEventTerm]:
    return {code: term for (_, code), term in _coded().items()}
