"""What a caller may see: one condition, in every query of the FHIR door.

docs/fhir-search.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose question it is. studies: the studies that may be seen; None: all of them."""

    studies: frozenset[str] | None = None


EVERYTHING = Caller()


def visible(resource: Any, caller: Caller) -> ColumnElement[bool]:
    """The condition that a row of RESOURCE (or of an alias of it) may be seen."""
    if caller.studies is None:
        return true()
    condition: ColumnElement[bool] = resource.c.study.in_(sorted(caller.studies))
    return condition
