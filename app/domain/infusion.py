"""The donor gamma-delta T-cell infusion: day 0 of the trial.

https://hl7.org/fhir/R4/medicationadministration.html
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from app.domain.dates import FullDateField
from app.domain.record import Record
from app.domain.terms import Code, InfusionOutcome, Number, Percent, Quantity

Weight = Annotated[
    Number, Field(gt=0, le=500), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 500})
]


class Infusion(Record):
    """One infusion. `start` is never imputed, so it must be a full date.

    total_viable_cells: the viable gamma-delta T cells that were given in all, so that dose times weight is that many.
    """

    type: Literal["infusion"]
    start: FullDateField
    end: FullDateField | None = None
    number: Annotated[int, Field(ge=1, le=100)] | None = None
    outcome: InfusionOutcome | None = None
    product_id: Code | None = None
    route: Code | None = None
    donor_type: Code | None = None
    dose: Quantity | None = None
    planned_dose: Quantity | None = None
    dose_level: Code | None = None
    viability_pct: Percent | None = None
    purity_pct: Percent | None = None
    total_viable_cells: Quantity | None = None
    dosing_weight_kg: Weight | None = None
    lymphodepletion: list[Code] | None = None

    @property
    def exposed(self) -> bool:
        """Whether cells were given: not-done never counts, nor does stopped before any cell was given."""
        nothing_given = self.dose is not None and self.dose.value == 0
        return self.status != "entered-in-error" and self.outcome != "not-done" and not nothing_given
