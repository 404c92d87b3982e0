"""The subject of the study and the consent that lets us keep data.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

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


def together(told: Sequence[Subject]) -> Subject | None:
    """One subject as several records tell it: of each field the first record that says it.

    A hospital's demographics say nothing of the consent, and must not hide the record that does. A date is that of its
    state, so both come from one record.
    """
    if not told:
        return None
    names = (name for name in Subject.model_fields if name not in Record.model_fields and name != "state_date")
    said = {name: _first(told, name) for name in names}
    dated = next((one.state_date for one in told if one.state is not None), _first(told, "state_date"))
    return told[0].model_copy(update={**said, "state_date": dated})


def _first(told: Sequence[Subject], name: str) -> Any:
    return next((value for value in (getattr(one, name) for one in told) if value is not None), None)


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
