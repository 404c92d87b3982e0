"""What a caller may see: one condition, in every query of the FHIR door.

docs/fhir-search.md

A resource that a client wrote stands in the store twice: as the client wrote it, for those who may know who the patient
is, and coded, for sponsors. What our own writers made is coded already and stands there once, for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_

EVERYBODY, AS_WRITTEN, CODED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose question it is. studies: the studies that may be seen; None: all of them; coded: whether what clients wrote
    is seen in its coded form alone.
    """

    studies: frozenset[str] | None = None
    coded: bool = False

    @property
    def hidden(self) -> int:
        """The audience that this caller is not of."""
        return AS_WRITTEN if self.coded else CODED


EVERYTHING = Caller()


def visible(resource: Any, caller: Caller) -> ColumnElement[bool]:
    """The condition that a row of RESOURCE (or of an alias of it) may be seen."""
    view: ColumnElement[bool] = resource.c.audience != caller.hidden
    if caller.studies is None:
        return view
    return and_(view, resource.c.study.in_(sorted(caller.studies)))
