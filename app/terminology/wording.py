"""Comparing names: letter case, punctuation and British or American spelling do not matter.

https://www.unicode.org/reports/tr15/
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from app.terminology.tables import rows

_SEPARATOR = re.compile(r"[^\w+%/<>≥≤]|_")


@cache
def _spellings() -> tuple[tuple[str, str], ...]:
    return tuple((row["british"], row["american"]) for row in rows("spellings"))


def fold(text: str) -> str:
    """The form in which two writings of one name are equal, e.g. `Neutropaenia` and `NEUTROPENIA`.

    Hyphens, brackets, full stops and the like become one blank; `+ % / < > ≥ ≤` carry meaning and stay.
    """
    plain = _SEPARATOR.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    plain = " ".join(plain.split())
    for british, american in _spellings():
        plain = plain.replace(british, american)
    return plain
