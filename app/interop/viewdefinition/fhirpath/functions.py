"""Functions whose arguments are values.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html#supported-fhirpath-functionality
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath.moments import boundary
from app.interop.viewdefinition.fhirpath.operators import EXACT, boolean, negated, one, truth

Items = list[Any]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a collection and of the collections that its arguments give."""

    least: int
    most: int
    call: Callable[..., Items]


def _join(items: Items, separator: Items | None = None) -> Items:
    """One text, empty where there is nothing to join."""
    between = one(separator) if separator else ""
    if not all(isinstance(item, str) for item in [*items, between]):
        raise ViewError("join() needs texts")
    return [between.join(items)]


def low_boundary(items: Items, type_: str | None) -> Items:
    """The least value that the single item can stand for. type_: what the expression says of its type."""
    return _boundary(items, type_, high=False)


def high_boundary(items: Items, type_: str | None) -> Items:
    """The greatest value that the single item can stand for. type_: what the expression says of its type."""
    return _boundary(items, type_, high=True)


def _boundary(items: Items, type_: str | None, high: bool) -> Items:
    value = one(items)
    if value is None:
        return []
    if isinstance(value, str):
        found = boundary(value, type_, high)
        return [] if found is None else [found]
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ViewError("only numbers, dates and times have boundaries")
    number = Decimal(value)
    half = Decimal((0, (5,), int(number.as_tuple().exponent) - 1))
    return [EXACT.add(number, half) if high else EXACT.subtract(number, half)]


FUNCTIONS = {
    "empty": Function(0, 0, lambda items: [not items]),
    "first": Function(0, 0, lambda items: items[:1]),
    "last": Function(0, 0, lambda items: items[-1:]),
    "count": Function(0, 0, lambda items: [len(items)]),
    "not": Function(0, 0, lambda items: boolean(negated(truth(items)))),
    "join": Function(0, 1, _join),
}
