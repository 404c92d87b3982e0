"""Observation: what all of them share.

https://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

from typing import Any

from app.domain.dates import PartialDate
from app.domain.record import Record
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import Json, data_absent, optional_date, present, study_extension, subject
from app.interop.fhir.urls import OBSERVATION_CATEGORY, profile


def observation(
    record: Record,
    context: Context,
    role: str,
    code: Json,
    effective: PartialDate | None,
    claimed: str | None = None,
    **elements: Any,
) -> Draft:
    """An Observation of `record`. claimed: the last of the address of that of ours which it meets, if any; elements:
    further elements, those that are None or empty are left out.

    Without a value and without components the reason given is *unknown*, unless another one is among the elements.
    """
    body = present(
        extension=[study_extension(context), *elements.pop("extension", [])],
        status=record.status,
        category=_category(elements.pop("category", None)),
        code=code,
        subject=subject(context),
        effectiveDateTime=optional_date(effective),
        **elements,
    )
    if not any(name.startswith("value") or name in ("component", "dataAbsentReason") for name in body):
        body["dataAbsentReason"] = {"coding": [data_absent("unknown")]}
    return Draft("Observation", role, body, claimed and profile(claimed))


def component(code: Json | None, element: str, value: Any) -> list[Json]:
    """A component with its value, or nothing where that or its code is None. element: the value[x]."""
    return [] if value is None or code is None else [{"code": code, element: value}]


def _category(code: str | None) -> list[Json] | None:
    return None if code is None else [{"coding": [{"system": OBSERVATION_CATEGORY, "code": code}]}]
