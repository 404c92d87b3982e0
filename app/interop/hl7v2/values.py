"""OBX-5 as a value of a record: what OBX-2 says that it is, and what the field holds.

https://www.hl7.eu/HL7v2x/v251/std251/ch07.html (section 7.4.2.5, observation value)

A value that does not fit its field stays the text that it is; the record's own check refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from app.interop.hl7v2.message import NULL, Repetition, Segment
from app.interop.hl7v2.numbers import structured_numeric
from app.interop.hl7v2.times import iso
from app.interop.mapping.target import Target
from app.terminology.systems import canonical

CODED = frozenset({"CE", "CF", "CNE", "CWE", "ID", "IS"})
TIMES = frozenset({"DT", "DTM", "TS"})
NUMERIC = frozenset({"NM", "SN"})
# Reports, documents and pointers to them: no value that was measured.
TEXTS = frozenset({"ED", "FT", "RP", "TX"})
TEXT = Target("text")
# HL7 table 0136, and how forms write it.
_TRUTH = {"Y": True, "N": False, "YES": True, "NO": False, "TRUE": True, "FALSE": False}
_NUMBER = re.compile(r"[+-]?\d{1,32}(?:([.,])\d{1,32})?(?:[eE][+-]?\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Habits:
    """How a sender writes. zone: of times without an offset; decimal: the decimal mark."""

    zone: tzinfo | None
    decimal: str = "."


def value(result: Segment, target: Target, habits: Habits) -> Any:
    """The value of an OBX in a field of that kind; None where it holds none or is said to be empty."""
    repetitions = [one for one in result.repetitions(5) if any(any(parts) for parts in one)]
    found = [_one(result, one, target, habits) for one in repetitions]
    known = [one for one in found if one is not None]
    if target.listed:
        return known or None
    return known[0] if len(known) == 1 else "~".join(map(str, known)) or None


def _one(result: Segment, repetition: Repetition, target: Target, habits: Habits) -> Any:
    parts = [result.plain(components[0]).strip() for components in repetition]
    kind = result.value(2)
    if parts == [NULL]:
        return None
    if target.kind in ("code", "test") and kind in CODED:
        return _concept(parts)
    text = _text(kind, parts, habits)
    if target.kind == "code":
        return {"text": text}
    if target.kind == "flag":
        return _TRUTH.get(text.upper(), text)
    exact = target.kind in ("whole", "number") or (target.kind == "measured" and kind in NUMERIC)
    return _number(text, target, habits.decimal) if exact else text


def _concept(parts: list[str]) -> dict[str, str]:
    code, text, system = (*parts, "", "", "")[:3]
    said = {"system": canonical(system) if system else "", "code": code, "text": text}
    return {name: value for name, value in said.items() if value}


def _number(text: str, target: Target, decimal: str) -> Decimal | int | str:
    match = _NUMBER.fullmatch(text)
    if match is None or match[1] not in (None, decimal):
        return text
    found = Decimal(text.replace(",", "."))
    return int(found) if target.kind == "whole" and found == found.to_integral_value() else found


def _text(kind: str, parts: list[str], habits: Habits) -> str:
    if kind in TIMES:
        return iso(parts[0], habits.zone) or parts[0]
    if kind in CODED:
        return parts[0] or "".join(parts[1:2])
    if kind == "SN":
        return structured_numeric(parts) or "^".join(parts)
    return "^".join(parts).rstrip("^")
