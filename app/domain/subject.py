"""The subject of the study and the consent that lets us keep data.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from typing import Annotated, Literal

from app.domain.dates import FullDateField, PartialDateField
from app.domain.record import Record
from app.domain.terms import Code, CodeRef, Frozen, InOrder, Sex, SubjectState, Text, WithdrawalScope

IDENTIFYING_FIELDS = ("mrn", "family_name", "given_name", "birth_date")


class Withdrawal(Frozen):
    """Withdrawal of consent: what it covers, and whether vital status may still be followed."""

    date: PartialDateField
    scope: WithdrawalScope | None = None
    vital_status_allowed: bool | None = None


class Subject(Record):
    """Subject and consent. The identifying fields are kept in the identity tables alone."""

    type: Literal["subject"]
    mrn: Code | None = None
    family_name: Text | None = None
    given_name: Text | None = None
    birth_date: PartialDateField | None = None
    sex: Sex | None = None
    consent_date: PartialDateField | None = None
    withdrawal: Withdrawal | None = None
    state: SubjectState | None = None
    state_date: PartialDateField | None = None
    strata: Annotated[dict[Code, Code], InOrder] | None = None


class Disease(Record):
    """The leukaemia for which the transplant was done."""

    type: Literal["disease"]
    diagnosis_date: PartialDateField | None = None
    diagnosis: CodeRef | None = None
    subtype: Code | None = None
    status_at_transplant: Code | None = None
    cns_status: Code | None = None


class EndOfStudy(Record):
    """The subject's last day in the study, and why."""

    type: Literal["end_of_study"]
    date: FullDateField
    reason: Text | None = None
