"""Strings as search compares them.

https://hl7.org/fhir/R4/search.html#string
"""

from __future__ import annotations

import unicodedata

LONGEST = 400


def normal(text: str) -> str:
    """Without case, accents and runs of blanks, at most LONGEST characters."""
    if text.isascii():
        return " ".join(text.lower().split())[:LONGEST]
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split())[:LONGEST]
