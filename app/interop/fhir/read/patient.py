"""Patient: who the subject is, and whether and when the patient died.

https://hl7.org/fhir/us/core/StructureDefinition-us-core-patient.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.read.concepts import codings
from app.interop.fhir.read.elements import name_of, patient_of, said
from app.interop.fhir.read.pool import Pool
from app.interop.fhir.read.reading import Reading
from app.interop.fhir.read.vital_status import is_death
from app.terminology.value_sets import normalise

_MEDICAL_RECORD_NUMBER = "MR"  # http://terminology.hl7.org/CodeSystem/v2-0203
_GIVEN_UP = frozenset({"old"})


def person(patient: Json) -> Json:
    """The fields of a subject that its Patient says: an identity, a year or day of birth, a sex."""
    name = _usual(patient.get("name") or [])
    number = _medical_record_number(patient.get("identifier") or [])
    gender = patient.get("gender")
    return said(
        mrn=_text(number.get("value")),
        family_name=_text(name.get("family")),
        given_name=_text(" ".join(filter(None, name.get("given") or []))),
        birth_date=patient.get("birthDate"),
        sex=normalise("sex", gender) if gender else None,
    )


def read_deaths(pool: Pool) -> Iterator[Reading]:
    """The death that a Patient tells, unless an Observation of it is among the resources and tells more."""
    told = {patient_of(resource) for resource in pool.every("Observation") if is_death(resource)}

    def read(patient: Json) -> Iterator[Reading]:
        died = patient.get("deceasedDateTime")
        if name_of(patient) in told or not (died or patient.get("deceasedBoolean")):
            return iter(())
        return pool.make(said(type="death", status="final", date=died), (patient, ""))

    for patient in pool.every("Patient"):
        yield from pool.attempt(read, patient)


def _usual(names: list[Json]) -> Json:
    """The official name, else the first that was not given up."""
    kept = [name for name in names if name.get("use") not in _GIVEN_UP]
    official = [name for name in kept if name.get("use") == "official"]
    return next(iter([*official, *kept]), {})


def _medical_record_number(identifiers: list[Json]) -> Json:
    """The identifier of that type, else the first that says no type; none that was given up."""
    kept = [one for one in identifiers if one.get("use") not in _GIVEN_UP and one.get("value")]
    types = [{coding["code"] for coding in codings(one.get("type"))} for one in kept]
    typed = [one for one, codes in zip(kept, types, strict=True) if _MEDICAL_RECORD_NUMBER in codes]
    untyped = [one for one, codes in zip(kept, types, strict=True) if not codes]
    return next(iter([*typed, *untyped]), {})


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
