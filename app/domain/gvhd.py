"""Graft-versus-host disease, acute (MAGIC) and chronic (NIH).

https://www.ncbi.nlm.nih.gov/books/NBK577669/
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.domain.dates import PartialDateField
from app.domain.record import Record
from app.domain.terms import Code, Frozen, GvhdGrade, GvhdKind, GvhdSeverity, InOrder

Stage = Annotated[int, Field(ge=0, le=4)]
OrganScore = Annotated[int, Field(ge=0, le=3)]
NUMBERS = {"0": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "none": 0, "mild": 1, "moderate": 2, "severe": 3}


class GvhdGradeChange(Frozen):
    """The overall grade (or severity) from this date on."""

    date: PartialDateField
    grade: GvhdGrade | GvhdSeverity

    @property
    def number(self) -> int:
        """0 to 4 for acute grades, 0 to 3 for chronic severity."""
        return NUMBERS[self.grade]


class OrganStages(Frozen):
    """MAGIC organ stages; upper GI has stages 0 and 1 only."""

    skin: Stage | None = None
    liver: Stage | None = None
    upper_gi: Annotated[int, Field(ge=0, le=1)] | None = None
    lower_gi: Stage | None = None


class Gvhd(Record):
    """One episode of GVHD with the dates at which its grade changed."""

    type: Literal["gvhd"]
    kind: GvhdKind
    onset: PartialDateField | None = None
    grade: GvhdGrade | None = None
    severity: GvhdSeverity | None = None
    grade_history: list[GvhdGradeChange] | None = None
    stages: OrganStages | None = None
    organ_scores: Annotated[dict[Code, OrganScore], InOrder] | None = None
    systemic_therapy_start: PartialDateField | None = None
    steroid_refractory: bool | None = None
    end: PartialDateField | None = None

    @property
    def number(self) -> int | None:
        """The overall grade or severity as a number; None when neither was recorded."""
        word = self.grade or self.severity
        return None if word is None else NUMBERS[word]
