"""Observations by what they observe.

https://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.read.concepts import codings, texts
from app.interop.fhir.read.elements import said, start
from app.interop.fhir.read.reading import NoRecordError
from app.interop.fhir.read.status import observed, recorded
from app.terminology.further_codes import meant
from app.terminology.value_sets import normalise

_VALUES = "observation"


def kinds(resource: Json) -> set[str]:
    """Words of the value set `observation` that its code has; without such a code, those of its words."""
    code = resource.get("code")
    coded = {meant(_VALUES, one.get("system"), one["code"]) for one in codings(code)} - {None}
    spoken = set() if coded else {_spoken(text) for text in texts(code)} - {None}
    return {known for known in coded | spoken if known is not None}


@lru_cache(maxsize=4096)
def _spoken(text: str) -> str | None:
    return normalise(_VALUES, text)


def head(resource: Json, type_: str) -> Json:
    """What every record of an Observation begins with. NoRecordError without a settled result."""
    return said(type=type_, status=observed(resource), recorded=recorded(resource))


def effective(resource: Json) -> str:
    """The day or time for which it is true. NoRecordError where it says none."""
    found = start(resource, "effective")
    if found is None:
        raise NoRecordError("it has no date")
    return found


def whole(resource: Json) -> int | None:
    """The value as a whole number, where it is one."""
    number: Any = resource.get("valueInteger", (resource.get("valueQuantity") or {}).get("value"))
    return int(number) if number is not None and number == int(number) else None
