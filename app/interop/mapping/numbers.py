"""Numbers of cells: decimal marks, marks between thousands, comparators; exact, as decimals.

docs/profiles.md
"""

from __future__ import annotations

import re
from decimal import Decimal

from app.interop.mapping.row import Typed
from app.interop.mapping.unreadable import Unreadable

_SIGN = re.compile(r"(<=|>=|<|>|≤|≥)\s*")
_LIKE_A_NUMBER = re.compile(r"[<>=≤≥\s]*[+-]?[\d.,'\s]*\d[\d.,'\s]*")
_BLANKS = " \u00a0\u2009\u202f"


class NumberReader:
    """Reads the cells of one column. thousands: None where they are not marked."""

    def __init__(self, decimal: str, thousands: str | None) -> None:
        self._decimal = decimal
        self._thousands = _BLANKS if thousands == " " else thousands or ""
        whole = r"\d{1,20}"
        if thousands:
            mark = f"[{re.escape(self._thousands)}]"
            whole = rf"(?:\d{{1,3}}(?:{mark}\d{{3}})+|{whole})"
        self._form = re.compile(rf"[+-]?{whole}(?:{re.escape(decimal)}\d{{1,20}})?(?:[eE][+-]?\d{{1,2}})?", re.ASCII)
        self._plain = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
        marked = f", thousands marked by '{thousands}'" if thousands else ""
        self._expected = f"a number, decimal mark '{decimal}'{marked}"

    def number(self, text: str) -> Decimal:
        """The number in a cell. Unreadable."""
        found = self._find(text)
        if found is None:
            raise Unreadable("not a number", self._expected)
        return found

    def whole(self, text: str) -> int:
        """The whole number in a cell. Unreadable."""
        found = self.number(text)
        if found != found.to_integral_value():
            raise Unreadable("not a whole number", "a whole number")
        return int(found)

    def measured(self, text: str) -> Decimal | str:
        """The number, or the number with the sign before it, such as `<0.1`; any other text as it stands.

        Unreadable for a number with other marks.
        """
        sign = _SIGN.match(text)
        found = self._find(text[sign.end() :] if sign else text)
        if found is not None:
            return found if sign is None else f"{sign[1]}{found:f}"
        if _LIKE_A_NUMBER.fullmatch(text):
            raise Unreadable("not a number", self._expected)
        return str(text)

    def _find(self, text: str) -> Decimal | None:
        if type(text) is Typed:
            return Decimal(text) if self._plain.fullmatch(text) else None
        if not self._form.fullmatch(text):
            return None
        for mark in self._thousands:
            text = text.replace(mark, "")
        return Decimal(text.replace(self._decimal, "."))
