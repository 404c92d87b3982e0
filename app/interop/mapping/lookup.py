"""Maps: what a hospital's word means.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.domain.nearest import nearest
from app.domain.terms import CodeRef
from app.interop.mapping.profile import Map, Value, Words
from app.interop.mapping.unreadable import Unreadable

KEEP: Any = object()
"""Stands for a word that the map does not know and that stays as it is."""
_SHOWN, _COMPARED, _LENGTHS = 20, 300, 4


def plain(value: Value) -> Any:
    """A value of a profile as it stands in a record."""
    if isinstance(value, CodeRef):
        return value.model_dump(exclude_none=True)
    return Decimal(str(value)) if isinstance(value, float) else value


class Lookup:
    """One map, ready for use. Words are compared as they stand, and then without regard to case and blanks."""

    def __init__(self, words: Mapping[str, Any], otherwise: str | None) -> None:
        self._words = dict(words)
        self._folded: dict[str, Any] = {}
        for word, value in words.items():
            folded = _fold(word)
            self._folded[folded] = KEEP if folded in self._folded and self._folded[folded] != value else value
        self._otherwise = otherwise
        self._nearest = lru_cache(maxsize=1024)(self._find_nearest)

    def find(self, text: str) -> Any:
        """The value of a word: None where it is not recorded, KEEP where the word stays. Unreadable where unknown."""
        if text in self._words:
            return self._words[text]
        found = self._folded.get(_fold(text), KEEP)
        if found is not KEEP:
            return found
        if self._otherwise is None:
            raise Unreadable("a word that the map does not know", self._known(), "code-invalid", self._nearest(text))
        return KEEP if self._otherwise == "keep" else None

    def _known(self) -> str | None:
        more = ", …" if len(self._words) > _SHOWN else ""
        return ", ".join([*self._words][:_SHOWN]) + more or None

    def _find_nearest(self, text: str) -> str | None:
        """The nearest word, looked for among those of about the same length, and not in a large table."""
        if len(self._words) > _COMPARED:
            return None
        return nearest(text, [word for word in self._words if abs(len(word) - len(text)) <= _LENGTHS])


def _fold(word: str) -> str:
    return " ".join(word.casefold().split())


def words_of(found: Map | Words) -> tuple[dict[str, Any], str | None, str | None]:
    """(words with their values, name of the code table, what becomes of other words)."""
    if isinstance(found, Map):
        return {word: plain(value) for word, value in found.words.items()}, found.table, found.else_
    return {word: plain(value) for word, value in found.items()}, None, None
