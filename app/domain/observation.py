"""Disease assessments and laboratory results.

https://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from app.domain.dates import PartialDateField
from app.domain.record import Record
from app.domain.terms import Code, CodeRef, Frozen, MrdResult, Number, Percent, RelapseSite, Response, Text

REMISSION = frozenset({"CR", "CRi", "CRh"})
HAEMATOLOGICAL_SITES = frozenset({"marrow", "blood"})
_COMPARATOR = re.compile(r"\s*(<=|>=|<|>|≤|≥)?\s*(-?\d{1,15}(?:\.\d{1,15})?)\s*", re.ASCII)
_ASCII_COMPARATOR = {"≤": "<=", "≥": ">="}


class Mrd(Frozen):
    """Measurable residual disease."""

    result: MrdResult | None = None
    level: Number | Text | None = None
    method: Code | None = None
    sensitivity: Number | Text | None = None


class Chimerism(Frozen):
    """Share of donor cells in one lineage."""

    lineage: Code
    donor_pct: Percent
    method: Code | None = None


class DiseaseAssessment(Record):
    """Remission status at a date, with the findings behind it. The date is that of the sample."""

    type: Literal["disease_assessment"]
    date: PartialDateField
    response: Response | None = None
    relapse_sites: list[RelapseSite] | None = None
    methods: list[Code] | None = None
    marrow_blasts_pct: Percent | None = None
    blood_blasts_pct: Percent | None = None
    extramedullary: bool | None = None
    mrd: Mrd | None = None
    chimerism: list[Chimerism] | None = None

    @property
    def relapse(self) -> str | None:
        """The kind of relapse found: haematological, extramedullary, mrd, or None.

        A relapse whose site was not recorded is taken as haematological.
        """
        sites = set(self.relapse_sites or ())
        if self.response not in (None, "relapse") or (self.response is None and not sites):
            return None
        if not sites or sites & HAEMATOLOGICAL_SITES:
            return "haematological"
        return "extramedullary" if "extramedullary" in sites else "mrd"

    @property
    def mrd_relapse_in_remission(self) -> bool:
        """Whether the leukaemia is back by MRD alone, while the response is still a remission."""
        return self.response in REMISSION and set(self.relapse_sites or ()) == {"mrd"}


def _lab_value(value: Any) -> Any:
    if isinstance(value, str) and _COMPARATOR.fullmatch(value) is None:
        raise ValueError("not a laboratory value")
    return value


_VALUE_PATTERN = r"^\s*(?:<=|>=|<|>|≤|≥)?\s*-?[0-9]{1,15}(?:\.[0-9]{1,15})?\s*$"
LabValue = Annotated[
    Number | str,
    BeforeValidator(_lab_value),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": _VALUE_PATTERN}]}),
]


class Lab(Record):
    """One laboratory result with its own reference range."""

    type: Literal["lab"]
    test: CodeRef | Code
    collected: PartialDateField
    value: LabValue | None = None
    unit: Code | None = None
    low: Number | None = None
    high: Number | None = None
    transfused: bool | None = None

    @property
    def number(self) -> tuple[str | None, Decimal] | None:
        """(comparator, value); comparator is one of < <= >= > or None. None when no value was recorded."""
        if self.value is None:
            return None
        if isinstance(self.value, Decimal):
            return None, self.value
        match = _COMPARATOR.fullmatch(self.value)
        assert match is not None  # the field's validator saw to it
        sign = match[1]
        return _ASCII_COMPARATOR.get(sign, sign), Decimal(match[2])


Ecog = Annotated[int, Field(ge=0, le=5)]
Karnofsky = Annotated[int, Field(ge=0, le=100)]
