"""Typing habits of units: micro signs, powers of ten, blanks and the litre.

https://ucum.org/ucum
"""

from __future__ import annotations

import re

_SIGNS = str.maketrans({"µ": "u", "μ": "u", "×": "x", "∕": "/", "⁄": "/", "²": "2", "³": "3"})
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED = re.compile(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_POWER = re.compile(r"^(?:[xX*]?10(?:\*\*|[*^Ee])|[xX*]?1[Ee])\+?0?(\d{1,2})(?!\d)")
_MICRO = re.compile(r"mc(?=g|mol|l|L|kat)")
_LITRE = re.compile(r"(?<=/)([dcmunp]?)l(?![A-Za-z])")


def tidy(unit: str) -> str:
    """One writing of a unit out of the many: no blanks, `u` for micro, `10*n` for powers, `L` for litre.

    `10E9/L` and `x10^9/L` both mean 10*9/L: laboratories write E for "to the power of".
    Letter case is kept, since UCUM tells mmol from Mmol by it.
    """
    plain = "".join(_RAISED.sub(_lowered, unit).translate(_SIGNS).split())
    plain = _POWER.sub(r"10*\1", plain)
    return _LITRE.sub(r"\1L", _MICRO.sub("u", plain))


def _lowered(power: re.Match[str]) -> str:
    return f"10*{power[1].translate(_SUPERSCRIPTS)}"
