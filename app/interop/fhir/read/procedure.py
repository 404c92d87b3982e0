"""Procedures: the transplant and later therapies.

https://hl7.org/fhir/us/core/StructureDefinition-us-core-procedure.html

A code of an autologous transplant is never one of this trial's.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from app.interop.fhir.codes import fixed
from app.interop.fhir.elements import Json
from app.interop.fhir.r5.extensions import value
from app.interop.fhir.read.concepts import coded_word, shares, texts, word, words
from app.interop.fhir.read.elements import extensions, own, said, start, units
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.products import is_infusion
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.interop.fhir.read.status import happened
from app.interop.fhir.urls import project
from app.terminology.doses import dose_ucum, known_count_units, known_dose_units
from app.terminology.wording import fold

_GRAFTS = {
    "transplant": None,
    "transplant-pbsc": "PBSC",
    "transplant-marrow": "BM",
    "transplant-marrow-unrelated": "BM",
}
_AUTOLOGOUS = "autologous-transplant"
_LATER = fixed("procedure-category", "later-therapy")
_COMMON = frozenset({"other"})


def read_procedures(pool: Pool) -> Iterator[Reading]:
    """Every transplant and later therapy."""

    def read(resource: Json) -> Iterator[Reading]:
        if is_infusion(resource):
            return iter(())
        therapy = _therapy(resource)
        transplant = therapy is None or therapy.get("kind") == "transplant"
        if transplant and _is_autologous(resource.get("code")):
            raise NoRecordError("an autologous transplant is none of this trial")
        return pool.make(therapy or _transplant(resource), (resource, ""))

    return each(pool, "Procedure", read)


def _is_autologous(code: Any) -> bool:
    return _AUTOLOGOUS in _transplants(code) or any("autolog" in fold(text) for text in texts(code))


def _transplant(resource: Json) -> Json:
    known = _transplants(resource.get("code"))
    if not known:
        raise NoRecordError("its code is of no procedure that the trial knows")
    graft = next((_GRAFTS[one] for one in known if _GRAFTS[one]), None)
    return said(
        type="transplant",
        status=happened(resource),
        date=_day(resource),
        number=own(resource, "course-number"),
        **{name: word(own(resource, name.replace("_", "-")), name.replace("_", "-")) for name in _DETAILS},
        graft_source=word(own(resource, "graft-source"), "graft-source") or graft,
        gvhd_prophylaxis=words(
            [value(item) for item in extensions(resource, project("gvhd-prophylaxis"))], "gvhd-prophylaxis"
        ),
        cd34_dose=dose(own(resource, "cd34-dose")),
        cd3_dose=dose(own(resource, "cd3-dose")),
    )


_DETAILS = ("donor_type", "hla_match", "conditioning")


def _transplants(code: Any) -> list[str]:
    """The words for a transplant among the codes of a Procedure."""
    single = [{"coding": [one]} for one in (code or {}).get("coding") or []]
    found = (coded_word(one, "procedure") for one in single)
    return [known for known in found if known in (*_GRAFTS, _AUTOLOGOUS)]


def _therapy(resource: Json) -> Json | None:
    """A later therapy: one that says so, has the intent of one, or can be nothing else. None for a transplant."""
    code = resource.get("code")
    kind = coded_word(code, "therapy-kind") or _spoken(code)
    intent = next(iter(words(resource.get("reasonCode") or [], "therapy-intent")), None)
    said_so = shares(resource.get("category"), _LATER)
    if not said_so and (kind is None or (kind == "transplant" and intent is None)):
        return None
    return said(type="therapy", status=happened(resource), date=_day(resource), kind=kind, intent=intent)


def _spoken(code: Any) -> str | None:
    known = word(code, "therapy-kind")
    return None if known in _COMMON else known


def _day(resource: Json) -> str:
    found = start(resource, "performed")
    if found is None:
        raise NoRecordError("it has no date")
    return found


def dose(quantity: Any) -> Json | None:
    """A dose with a unit that is known; None for any other Quantity, which stays with its resource alone."""
    return _known(quantity, known_dose_units())


def count(quantity: Any) -> Json | None:
    """A number of cells with a unit that is known; None for any other Quantity."""
    return _known(quantity, known_count_units())


def _known(quantity: Any, known: tuple[str, ...]) -> Json | None:
    if not isinstance(quantity, dict) or quantity.get("comparator") or quantity.get("value") is None:
        return None
    number: Decimal | int = quantity["value"]
    unit = next((unit for unit in units(quantity) if dose_ucum(unit) in known), None)
    return None if unit is None else {"value": number, "unit": unit}
