"""Adverse events with their grade history.

http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/AdverseEvent-clinical-research
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from app.domain.dates import PartialDateField
from app.domain.record import Record
from app.domain.terms import Code, CodeRef, Frozen, Number, Relatedness, Text

Oxygen = Literal["none", "low-flow", "high-flow", "positive-pressure"]
Consciousness = Literal["alert", "wakes-spontaneously", "wakes-to-voice", "wakes-to-touch", "unarousable"]
Seizure = Literal["none", "brief", "prolonged"]
Oedema = Literal["none", "focal", "diffuse"]
BodyTemperature = Annotated[
    Number, Field(ge=25, le=45), WithJsonSchema({"type": "number", "minimum": 25, "maximum": 45})
]
Grade = Annotated[int, Field(ge=1, le=5)]
HistoryGrade = Annotated[int, Field(ge=0, le=5)]


class GradeChange(Frozen):
    """The grade from this date on; 0 means resolved."""

    date: PartialDateField
    grade: HistoryGrade


class CrsFindings(Frozen):
    """What the ASTCT grade of a cytokine release syndrome rests on, at its worst.

    antipyretics_given: antipyretics or anticytokine therapy, which hide a fever. vasopressors: how many were needed,
    vasopressin not counted. oxygen: low-flow is at most 6 L/min by nasal cannula, or blow-by.
    """

    temperature_c: BodyTemperature | None = None
    antipyretics_given: bool | None = None
    hypotension: bool | None = None
    vasopressors: Annotated[int, Field(ge=0, le=9)] | None = None
    vasopressin: bool | None = None
    oxygen: Oxygen | None = None


class IcansFindings(Frozen):
    """What the ASTCT grade of an immune effector cell neurotoxicity rests on, at its worst.

    seizure: prolonged is longer than 5 minutes, or repetitive. motor_weakness: focal, such as hemiparesis.
    oedema: on imaging, or diffuse by its signs.
    """

    ice_score: Annotated[int, Field(ge=0, le=10)] | None = None
    consciousness: Consciousness | None = None
    seizure: Seizure | None = None
    motor_weakness: bool | None = None
    oedema: Oedema | None = None


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
    crs: CrsFindings | None = None
    icans: IcansFindings | None = None

    @property
    def seriousness(self) -> bool | None:
        """Serious when any criterion is met or it is said so; None when nothing was recorded."""
        return True if self.seriousness_criteria else self.serious
