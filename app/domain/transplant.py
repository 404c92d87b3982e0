"""The allogeneic transplant (HSCT).

https://hl7.org/fhir/R4/procedure.html
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.domain.dates import FullDateField
from app.domain.record import Record
from app.domain.terms import Code, Quantity


class Transplant(Record):
    """One HSCT; cells given over several days of one protocol are one transplant."""

    type: Literal["transplant"]
    date: FullDateField
    number: Annotated[int, Field(ge=1, le=20)] | None = None
    donor_type: Code | None = None
    hla_match: Code | None = None
    graft_source: Code | None = None
    conditioning: Code | None = None
    gvhd_prophylaxis: list[Code] | None = None
    cd34_dose: Quantity | None = None
    cd3_dose: Quantity | None = None
