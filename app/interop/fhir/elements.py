"""FHIR data types as the writers need them.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from app.domain.dates import PartialDate
from app.interop.fhir.draft import Context, reference
from app.interop.fhir.urls import DATA_ABSENT, DATA_ABSENT_EXTENSION, RESEARCH_STUDY, project
from app.terminology.systems import UCUM

Json = dict[str, Any]
_NO_SECONDS = re.compile(r"T\d{2}:\d{2}(?=[Z+-])", re.ASCII)


def date_time(date: PartialDate) -> str:
    """A dateTime as the hospital gave it; FHIR wants seconds, so a time without them gets ``:00``."""
    return _NO_SECONDS.sub(_with_seconds, date.text) if date.precision == "time" else date.text


def _with_seconds(match: re.Match[str]) -> str:
    return f"{match[0]}:00"


def present(**elements: Any) -> Json:
    """The elements that have a value, in the order given; FHIR knows neither null nor empty arrays."""
    return {name: value for name, value in elements.items() if value is not None and value != []}


def optional_date(date: PartialDate | None) -> str | None:
    """A dateTime, or None."""
    return None if date is None else date_time(date)


def period(start: PartialDate | None, end: PartialDate | None) -> Json | None:
    """A Period of what is known; None when nothing is."""
    return present(start=optional_date(start), end=optional_date(end)) or None


def quantity(value: Decimal | int, code: str | None, unit: str | None = None, comparator: str | None = None) -> Json:
    """A Quantity. code: UCUM; unit: how it is written for people, the code itself where None."""
    number = {"value": value} if comparator is None else {"value": value, "comparator": comparator}
    return number if code is None else {**number, "unit": unit or code, "system": UCUM, "code": code}


def percent(value: Decimal | None) -> Json | None:
    """A Quantity in per cent, or None."""
    return None if value is None else quantity(value, "%")


def extension(url: str, element: str, value: Any) -> list[Json]:
    """The extension with its value, or nothing where that is None. element: the value[x], such as ``valueCode``."""
    return [] if value is None else [{"url": url, element: value}]


def complex_extension(url: str, *parts: list[Json]) -> list[Json]:
    """An extension made of extensions; nothing where no part is known."""
    inside = [item for part in parts for item in part]
    return [{"url": url, "extension": inside}] if inside else []


def coded_extensions(name: str, concepts: Iterable[Json | None]) -> list[Json]:
    """One extension of this project for each concept that is known."""
    return [item for value in concepts for item in extension(project(name), "valueCodeableConcept", value)]


def data_absent_extension(code: str) -> Json:
    """What stands in the place of a primitive without a value: why there is none."""
    return {"extension": [{"url": DATA_ABSENT_EXTENSION, "valueCode": code}]}


def data_absent(code: str) -> Json:
    """Why a value is not there, as a Coding of the standard's own code system."""
    return {"system": DATA_ABSENT, "code": code}


def subject(context: Context) -> Json:
    """The Reference to the Patient."""
    return reference("Patient", context.patient)


def study_extension(context: Context, url: str = RESEARCH_STUDY) -> Json:
    """The study that an event belongs to."""
    return {"url": url, "valueReference": reference("ResearchStudy", context.study)}
