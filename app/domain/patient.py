"""What a hospital says of its patients' numbers: whose a number is, and that two numbers are of one patient.

docs/identity.md
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from app.domain.errors import Issue
from app.domain.record import Sent
from app.domain.records import issues_of
from app.domain.terms import Code, Identifier


class PatientFact(Sent):
    """A fact about a number. authority: who assigned it, absent the site itself; kind: HL7 table 0203, e.g. `MR`."""

    number: Code
    authority: Code | None = None
    kind: Code | None = None


class PatientLink(PatientFact):
    """The patient of that number is this subject."""

    type: Literal["patient_link"]
    subject: Identifier


class PatientMerge(PatientFact):
    """The patient of that number is that of another one, under which the hospital goes on. Retracted: un-merged."""

    type: Literal["patient_merge"]
    into: Code
    into_authority: Code | None = None
    into_kind: Code | None = None


FACT_TYPES: dict[str, type[PatientLink] | type[PatientMerge]] = {
    "patient_link": PatientLink,
    "patient_merge": PatientMerge,
}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(model) for name, model in FACT_TYPES.items()}


def is_fact(raw: Any) -> bool:
    """Whether this is said of numbers, not of a subject."""
    return isinstance(raw, dict) and isinstance(raw.get("type"), str) and raw["type"] in FACT_TYPES


def read_fact(raw: dict[str, Any]) -> PatientLink | PatientMerge | tuple[Issue, ...]:
    """The fact in `raw`, or every issue that keeps it from being one. Values are never echoed."""
    name = raw["type"]
    try:
        fact: PatientLink | PatientMerge = _ADAPTERS[name].validate_python(raw)
    except ValidationError as error:
        return issues_of(error, FACT_TYPES[name])
    return fact
