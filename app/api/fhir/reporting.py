"""The parameters of an operation that says how an estimate is wanted.

docs/endpoints.md
"""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from app.api.estimating import ESTIMATING, Estimating
from app.api.fhir.inputs import Given
from app.domain.errors import Category, Fault, Issue, place
from app.services.asking import Axes
from app.services.measure_reports import Asked

# The same limits as at the study's own door.
_ESTIMATING = TypeAdapter(Estimating)


def asked(told: Given, axes: Axes, now: datetime, start: str | None = None) -> Asked:
    """What is asked of an endpoint. start: first day of the period. Fault MALFORMED naming the parameter."""
    given = {name: text for name in ESTIMATING if (text := told.one(name)) is not None}
    try:
        wanted = _ESTIMATING.validate_python(given).wanted
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        issues = tuple(Issue(place(item["loc"][:1]), "value", "not a legal value", item["msg"]) for item in found)
        raise Fault(Category.MALFORMED, issues[0].message, issues) from None
    return Asked(axes, now, told.one("analysis") or "primary", wanted, start)
