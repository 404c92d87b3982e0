"""The leukaemia for which the transplant was done.

https://hl7.org/fhir/us/mcode/StructureDefinition-mcode-primary-cancer-condition.html
"""

from __future__ import annotations

from collections.abc import Iterator

from app.interop.fhir.codes import own as code_of
from app.interop.fhir.elements import Json
from app.interop.fhir.read.concepts import codings, masked, shares, word
from app.interop.fhir.read.elements import extended, own, said
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.interop.fhir.read.status import confirmed, recorded
from app.interop.fhir.urls import ASSERTED_DATE
from app.terminology.further_codes import meant
from app.terminology.systems import canonical

_DIAGNOSES = ("condition", "condition-icd10cm")
_STAGES = ("status-at-transplant", "cns-status")


def read_diseases(pool: Pool) -> Iterator[Reading]:
    """Every Condition that is the leukaemia of the trial."""

    def read(resource: Json) -> Iterator[Reading]:
        return pool.make(_disease(resource), (resource, ""))

    return each(pool, "Condition", read)


def _disease(resource: Json) -> Json:
    diagnosis = _diagnosis(resource)
    details = said(
        subtype=word(own(resource, "disease-subtype"), "disease-subtype"),
        **{name.replace("-", "_"): _stage(resource, name) for name in _STAGES},
    )
    if diagnosis is None and not details and not _is_ours(resource):
        raise NoRecordError("it is neither a leukaemia nor a GVHD that the trial knows")
    return said(
        type="disease",
        status=confirmed(resource),
        recorded=recorded(resource),
        diagnosis_date=extended(resource, ASSERTED_DATE),
        diagnosis=diagnosis,
        **details,
    )


def _diagnosis(resource: Json) -> Json | None:
    """The first code that is a leukaemia of the tables, with the hospital's words beside it."""
    code = resource.get("code") or {}
    text = code.get("text")
    for one in codings(code):
        if any(meant(name, one.get("system"), one["code"]) for name in _DIAGNOSES):
            system = canonical(one["system"]) if one.get("system") else None
            return said(system=system, code=one["code"], text=text)
    return None


def _is_ours(resource: Json) -> bool:
    """Whether our writers made it of a disease whose diagnosis they could not code."""
    code = resource.get("code")
    return own(resource, "research-study") is not None and (code is None or masked(code))


def _stage(resource: Json, name: str) -> str | None:
    kind = code_of(name)
    stages = [part for part in resource.get("stage") or [] if shares(part.get("type"), kind)]
    return next((word(part.get("summary"), name) for part in stages), None)
