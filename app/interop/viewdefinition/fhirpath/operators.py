"""Operators on collections: equality, order, arithmetic and three-valued logic. An empty collection is unknown.

https://hl7.org/fhirpath/N1/#operations
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation, Overflow
from typing import Any

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath.moments import moment, order

Items = list[Any]
# Numbers have up to 64 digits, so sums and products are exact; a quotient has as many digits as FHIRPath's decimals.
EXACT = Context(prec=160)
_QUOTIENT = Context(prec=28)


def one(items: Items) -> Any:
    """The single item; None where there is none. ViewError for several."""
    if len(items) > 1:
        raise ViewError("several values stand where one is wanted")
    return items[0] if items else None


def truth(items: Items) -> bool | None:
    """A collection as a condition: a single value that is no boolean is true, none is unknown."""
    found = one(items)
    return found if found is None or isinstance(found, bool) else True


def boolean(value: bool | None) -> Items:
    """A truth value as a collection."""
    return [] if value is None else [value]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def same(left: Any, right: Any) -> bool | None:
    """Whether two values are equal; None where dates of different precision leave it open."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right or _same_moment(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _same_moment(left: str, right: str) -> bool | None:
    first, second = moment(left), moment(right)
    if first is None or second is None:
        return False
    found = order(first, second)
    return None if found is None else found == 0


def equal(left: Items, right: Items) -> bool | None:
    """Whether two collections are equal, item by item."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    if len(left) == 1:
        return same(left[0], right[0])
    found = [same(one, other) for one, other in zip(left, right, strict=True)]
    return False if False in found else None if None in found else True


def _ordered(left: Any, right: Any) -> int | None:
    if _is_number(left) and _is_number(right):
        return int(left > right) - int(left < right)
    if isinstance(left, str) and isinstance(right, str):
        first, second = moment(left), moment(right)
        if first is not None and second is not None:
            return order(first, second)
        return int(left > right) - int(left < right)
    raise ViewError("values of these types have no order")


def _compare(test: Callable[[int], bool]) -> Callable[[Items, Items], Items]:
    def compare(left: Items, right: Items) -> Items:
        first, second = one(left), one(right)
        found = None if first is None or second is None else _ordered(first, second)
        return boolean(None if found is None else test(found))

    return compare


def _calculate(work: Callable[[Any, Any], Any]) -> Callable[[Items, Items], Items]:
    def calculate(left: Items, right: Items) -> Items:
        first, second = one(left), one(right)
        if first is None or second is None:
            return []
        if not (_is_number(first) and _is_number(second)):
            raise ViewError("arithmetic needs numbers")
        try:
            return work(Decimal(first), Decimal(second))  # type: ignore[no-any-return]
        except (InvalidOperation, Overflow):
            raise ViewError("a number is out of range") from None

    return calculate


def _add(left: Items, right: Items) -> Items:
    if len(left) == len(right) == 1 and isinstance(left[0], str) and isinstance(right[0], str):
        return [left[0] + right[0]]
    return _PLUS(left, right)


def _join(left: Items, right: Items) -> Items:
    """``&``: texts one after the other, nothing counting as the empty text."""
    texts = [one(left), one(right)]
    if not all(text is None or isinstance(text, str) for text in texts):
        raise ViewError("'&' needs texts")
    return ["".join(text or "" for text in texts)]


def _both(left: Items, right: Items) -> Items:
    found = (truth(left), truth(right))
    return [False] if False in found else [] if None in found else [True]


def _either(left: Items, right: Items) -> Items:
    found = (truth(left), truth(right))
    return [True] if True in found else [] if None in found else [False]


def negated(value: bool | None) -> bool | None:
    """Not; unknown stays unknown."""
    return None if value is None else not value


_PLUS = _calculate(lambda left, right: [EXACT.add(left, right)])
OPERATORS: dict[str, Callable[[Items, Items], Items]] = {
    "or": _either,
    "and": _both,
    "=": lambda left, right: boolean(equal(left, right)),
    "!=": lambda left, right: boolean(negated(equal(left, right))),
    "<": _compare(lambda found: found < 0),
    "<=": _compare(lambda found: found <= 0),
    ">": _compare(lambda found: found > 0),
    ">=": _compare(lambda found: found >= 0),
    "+": _add,
    "-": _calculate(lambda left, right: [EXACT.subtract(left, right)]),
    "*": _calculate(lambda left, right: [EXACT.multiply(left, right)]),
    "/": _calculate(lambda left, right: [_QUOTIENT.divide(left, right)] if right else []),
    "&": _join,
}


def minus(items: Items) -> Items:
    """``-operand``."""
    found = one(items)
    if found is None:
        return []
    if not _is_number(found):
        raise ViewError("arithmetic needs numbers")
    return [EXACT.minus(found) if isinstance(found, Decimal) else -found]
