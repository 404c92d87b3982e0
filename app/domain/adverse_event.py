"""Adverse events with their grade history.

http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/AdverseEvent-clinical-research
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.domain.dates import PartialDateField
from app.domain.record import Record
from app.domain.terms import Code, CodeRef, Frozen, Relatedness, Text

Grade = Annotated[int, Field(ge=1, le=5)]
HistoryGrade = Annotated[int, Field(ge=0, le=5)]


class GradeChange(Frozen):
    """The grade from this date on; 0 means resolved."""

    date: PartialDateField
    grade: HistoryGrade


class AdverseEvent(Record):
    """An adverse event. Missing grade, seriousness or relatedness is unresolved, never "no"."""

    type: Literal["adverse_event"]
    term: Text
    code: CodeRef | None = None
    ctcae_version: Code | None = None
    onset: PartialDateField | None = None
    end: PartialDateField | None = None
    ongoing: bool | None = None
    grade: Grade | None = None
    grade_history: list[GradeChange] | None = None
    serious: bool | None = None
    serious_since: PartialDateField | None = None
    seriousness_criteria: list[Code] | None = None
    relatedness: Relatedness | None = None
    relatedness_other: Code | None = None
    expected: bool | None = None
    outcome: Code | None = None
    action_taken: Code | None = None
    investigator_dlt: bool | None = None
    interest: Code | None = None

    @property
    def seriousness(self) -> bool | None:
        """Serious when any criterion is met or it is said so; None when nothing was recorded."""
        return True if self.seriousness_criteria else self.serious
