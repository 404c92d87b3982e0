"""Formats of dates as hospitals write them: tokens to a pattern that reads them.

https://unicode.org/reports/tr35/tr35-dates.html#Date_Format_Patterns
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"'([^']*)'|YYYY|YY|MMMM?|MM?|DD?|HH?|mm|ss|SSS|Z|([A-Za-z])|.", re.DOTALL)
_READ = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MMMM": r"(?P<name>[^\W\d_]{3,12})\.?",
    "MMM": r"(?P<name>[^\W\d_]{3,12})\.?",
    "HH": r"(?P<hour>\d{2})",
    "H": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
    "SSS": r"(?P<fraction>\d{1,9})",
    "Z": r"(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)",
}
_DIGITS = {"MM": ("month", "2"), "M": ("month", "1,2"), "DD": ("day", "2"), "D": ("day", "1,2")}
TOKENS = "YYYY, YY, MMM (a name), MM, M, DD, D, HH, H, mm, ss, SSS, Z (an offset); other letters in 'quotes'"
# English and German; a name means one month in both.
_NAMES = (
    ("jan", "january", "januar", "jänner", "jän"),
    ("feb", "february", "februar"),
    ("mar", "march", "mär", "märz", "mrz"),
    ("apr", "april"),
    ("may", "mai"),
    ("jun", "june", "juni"),
    ("jul", "july", "juli"),
    ("aug", "august"),
    ("sep", "sept", "september"),
    ("oct", "october", "okt", "oktober"),
    ("nov", "november"),
    ("dec", "december", "dez", "dezember"),
)
MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names}


class WrongFormat(ValueError):
    """A format that cannot be used, with what is wrong in it."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """text: as it is written; pattern: what reads it; timed: whether it has a time of day."""

    text: str
    pattern: re.Pattern[str]
    timed: bool

    @property
    def shape(self) -> str:
        """What it reads, day and month not told apart: two formats of one shape read one text differently."""
        return re.sub(r"MM?|DD?", "N", self.text) if "MMM" not in self.text else self.text


def date_format(text: str, unknown: Sequence[str], two_digits: bool) -> DateFormat:
    """A format. unknown: words for an unknown day or month; two_digits: whether a pivot is declared.

    WrongFormat says what is wrong.
    """
    parts, used = "", set()
    for found in _TOKEN.finditer(text):
        token = found[0]
        if found[2] and token != "T" and token not in _READ and token not in _DIGITS:
            raise WrongFormat("a letter that is no token")
        if token in used and (token in _READ or token in _DIGITS):
            raise WrongFormat("a token stands twice")
        used.add(token)
        parts += _pattern(token, found[1], unknown)
    _check(used, two_digits)
    return DateFormat(text, re.compile(parts), bool(used & {"HH", "H"}))


def _pattern(token: str, quoted: str | None, unknown: Sequence[str]) -> str:
    if quoted is not None:
        return re.escape(quoted)
    if token in _DIGITS:
        name, digits = _DIGITS[token]
        words = "".join("|" + re.escape(word) for word in sorted(unknown, key=len, reverse=True))
        return rf"(?P<{name}>\d{{{digits}}}{words})"
    return _READ.get(token) or (r"\s+" if token.isspace() else re.escape(token))


def _check(used: set[str], two_digits: bool) -> None:
    years, months, days = used & {"YYYY", "YY"}, used & {"MMM", "MMMM", "MM", "M"}, used & {"DD", "D"}
    if any(len(tokens) > 1 for tokens in (years, months, days, used & {"HH", "H"})):
        raise WrongFormat("a part of the date stands twice")
    if not years:
        raise WrongFormat("there is no year")
    if "YY" in used and not two_digits:
        raise WrongFormat("a year of two digits says no century: declare a pivot")
    if (days and not months) or (used & {"HH", "H", "mm", "ss"} and not (days and used & {"HH", "H"} and "mm" in used)):
        raise WrongFormat("a part is missing before a smaller one")
    if used & {"SSS"} and "ss" not in used:
        raise WrongFormat("a part is missing before a smaller one")
