"""Closed vocabularies of the records and the field types that hold them.

Words: the contract at the doors; meanings: docs/records.md.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

Status = Literal["final", "amended", "entered-in-error"]
Response = Literal["CR", "CRi", "CRh", "MLFS", "PR", "SD", "PD", "relapse", "NE"]
RelapseSite = Literal["marrow", "blood", "extramedullary", "mrd"]
Relatedness = Literal["related", "possible", "unlikely", "unrelated"]
InfusionOutcome = Literal["completed", "stopped", "not-done"]
GvhdKind = Literal["acute", "chronic"]
GvhdGrade = Literal["0", "I", "II", "III", "IV"]
GvhdSeverity = Literal["none", "mild", "moderate", "severe"]
DeathCause = Literal["relapse", "gvhd", "infection", "organ-failure", "other"]
TherapyKind = Literal["chemotherapy", "targeted", "dli", "transplant", "car-t", "maintenance", "other"]
TherapyIntent = Literal["relapse", "pre-emptive", "prophylaxis"]
WithdrawalScope = Literal["treatment", "follow-up", "all-data"]
Sex = Literal["male", "female", "other", "unknown"]
MrdResult = Literal["positive", "negative", "indeterminate"]
SubjectState = Literal[
    "candidate",
    "eligible",
    "follow-up",
    "ineligible",
    "not-registered",
    "off-study",
    "on-study",
    "on-study-intervention",
    "on-study-observation",
    "pending-on-study",
    "potential-candidate",
    "screening",
    "withdrawn",
]
_MAX_DIGITS, _MAX_EXPONENT = 32, 40


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ValueError("not a number")
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or len(number.as_tuple().digits) > _MAX_DIGITS or abs(exponent) > _MAX_EXPONENT:
        raise ValueError("number out of range")
    return number


Number = Annotated[Decimal, BeforeValidator(_decimal, json_schema_input_type=float)]
# Pydantic loses the bounds of a number behind a validator on its way into the schema.
Amount = Annotated[Number, Field(ge=0), WithJsonSchema({"type": "number", "minimum": 0})]
Percent = Annotated[Number, Field(ge=0, le=100), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100})]
Code = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[!-~](?:[ -~]*[!-~])?$")]
SourceName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-.0-~](?:[ -.0-~]*[!-.0-~])?$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


def _in_order(values: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(values.items()))


# What is made of a mapping must not depend on the order in which its members came.
InOrder = AfterValidator(_in_order)


class Frozen(BaseModel):
    """Base of everything read at the doors: immutable, strict, unknown fields refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class Quantity(Frozen):
    """A dose with its unit as sent; the unit is checked against the unit table at intake."""

    value: Amount
    unit: Code


class CodeRef(Frozen):
    """A code in a code system; text is what the hospital wrote beside it."""

    system: Code | None = None
    code: Code | None = None
    text: Text | None = None
