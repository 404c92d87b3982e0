"""Structured numerics and reference ranges, as the texts of numbers that are in them.

https://www.hl7.eu/HL7v2x/v251/std251/ch02a.html (section 2.A.70, structured numeric); chapter 7, OBX-7
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMPARATORS = frozenset({"", "=", "<", ">", "<=", ">="})
_NUMBER = r"[+-]?\d+(?:[.,]\d+)*"
_UNIT = r"(|\s+\S.*|[^\d\s.,–-].*)"
_BETWEEN = re.compile(rf"({_NUMBER})\s*(?:-|–|—|to|bis|\.\.\.?)\s*({_NUMBER}){_UNIT}", re.ASCII | re.IGNORECASE)
_BOUND = re.compile(rf"(<=|>=|=<|=>|<|>|≤|≥)\s*({_NUMBER}){_UNIT}", re.ASCII)
_LONGEST = 200
_UPPER = frozenset({"<", "<=", "=<", "≤"})


@dataclass(frozen=True, slots=True)
class Range:
    """A reference range; each limit as it was written, "" where there is none. unit: what is written behind it."""

    low: str
    high: str
    unit: str


def structured_numeric(parts: list[str]) -> str | None:
    """A structured numeric as a number with its comparator; None for what is no single number: a range, a ratio."""
    comparator, number, *rest = (*parts, "", "")
    if comparator.strip() not in _COMPARATORS or not number.strip() or any(part.strip() for part in rest):
        return None
    sign = comparator.strip()
    return f"{'' if sign == '=' else sign}{number.strip()}"


def reference_range(text: str) -> Range | None:
    """The limits in OBX-7; None where it says none that are numbers."""
    plain = text.strip().strip("[]()").strip()
    if len(plain) > _LONGEST:
        return None
    between, bound = _BETWEEN.fullmatch(plain), _BOUND.fullmatch(plain)
    if between is not None:
        return Range(between[1].lstrip("+"), between[2].lstrip("+"), between[3].strip())
    if bound is None:
        return None
    limit, unit = bound[2].lstrip("+"), bound[3].strip()
    return Range("", limit, unit) if bound[1] in _UPPER else Range(limit, "", unit)
