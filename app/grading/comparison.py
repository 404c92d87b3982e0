"""Comparing a result with a cut, exactly, also where the result is only known to lie below or above a number.

https://docs.python.org/3/library/decimal.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Context, Decimal

_OPPOSITE = {">": "<=", ">=": "<"}
_LESS: dict[str, Callable[[Decimal, Decimal], bool]] = {"<": operator.lt, "<=": operator.le}
# Records carry at most 32 digits and exponents up to 40: products and sums with a cut are exact.
_EXACT = Context(prec=200)


def product(first: Decimal, second: Decimal) -> Decimal:
    """The exact product."""
    return _EXACT.multiply(first, second)


def total(first: Decimal, second: Decimal) -> Decimal:
    """The exact sum."""
    return _EXACT.add(first, second)


def compare(value: Decimal, comparator: str | None, op: str, cut: Decimal) -> bool | None:
    """Whether `value op cut` (op: < <= > >=); None where the comparator (< <= > >=) leaves it open.

    A result `<0.1` is any number below 0.1: certainly `< 0.5`, perhaps `< 0.05`, certainly not `> 0.5`.
    """
    if op in _OPPOSITE:
        opposite = compare(value, comparator, _OPPOSITE[op], cut)
        return None if opposite is None else not opposite
    if comparator is None:
        return _LESS[op](value, cut)
    if comparator in _LESS:
        return _below(value, comparator, op, cut) or None
    return False if _at_or_above(value, comparator, op, cut) else None


def _below(value: Decimal, comparator: str, op: str, cut: Decimal) -> bool:
    """Whether everything below `value` passes the cut; the value itself counts where the comparator is `<=`."""
    return value < cut or (value == cut and (comparator == "<" or op == "<="))


def _at_or_above(value: Decimal, comparator: str, op: str, cut: Decimal) -> bool:
    """Whether everything above `value` fails the cut; the value itself counts where the comparator is `>=`."""
    return value > cut or (value == cut and (comparator == ">" or op == "<"))
