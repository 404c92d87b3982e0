"""Local words and what they mean: words of ours, their synonyms, and those of the table of words.

app/interop/infer/words.csv
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from app.domain.nearest import nearest
from app.interop.infer.names import fold, rows
from app.interop.mapping.target import Target
from app.terminology.value_sets import normalise, words

# A column with more different words is no closed vocabulary: its words are never written into a profile.
MOST = 15
_LONGEST = 40
_LITERAL = frozenset({"-", "--", "?", ".", "-9", "-99", "-999"})
_SETS = {
    ("gvhd", "kind"): "gvhd-kind",
    ("gvhd", "grade"): "gvhd-grade",
    ("gvhd", "severity"): "gvhd-severity",
    ("therapy", "kind"): "therapy-kind",
    ("therapy", "intent"): "therapy-intent",
    ("follow_up", "kind"): "contact-kind",
    ("death", "cause"): "death-cause",
    ("disease_assessment", "mrd.result"): "mrd-result",
    ("disease_assessment", "mrd.method"): "mrd-method",
}
_NAMED = (
    "sex", "relatedness", "outcome", "action_taken", "response", "donor_type", "graft_source", "conditioning",
    "status_at_transplant", "cns_status", "route",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meanings:
    """known: word -> ours; unknown: word -> the nearest of ours, or None; hidden: whether words were left unlisted."""

    known: dict[str, str | bool]
    unknown: dict[str, str | None]
    hidden: bool = False


def is_missing(text: str) -> bool:
    """Whether a text says that nothing is recorded."""
    return text in _LITERAL or fold(text) in _table()["missing"]


def value_set(record: str, field: str) -> str | None:
    """The value set of a field whose words are coded."""
    return _SETS.get((record, field)) or (field.replace("_", "-") if field in _NAMED else None)


def meanings(record: str, field: str, kind: Target, values: Iterable[str]) -> Meanings:
    """What the words of a column mean."""
    distinct = [word for word in dict.fromkeys(values) if not is_missing(word)]
    if len(distinct) > MOST:
        return Meanings({}, {}, True)
    found = {word: _meaning(record, field, kind, word) for word in distinct}
    known = {word: meant for word, meant in found.items() if meant is not None}
    others = [word for word, meant in found.items() if meant is None]
    if len(others) > len(known) or any(len(word) > _LONGEST or re.search(r"\d{3}", word) for word in others):
        return Meanings(known, {}, bool(others))
    return Meanings(known, {word: nearest(word, _ours(record, field, kind)) for word in others})


def _meaning(record: str, field: str, kind: Target, word: str) -> str | bool | None:
    folded = fold(word)
    if kind.kind == "flag":
        said = _table()["flag"].get(folded)
        return None if said is None else said == "true"
    same = next((ours for ours in kind.words if ours.casefold() == word.casefold()), None)
    if same is not None:
        return same
    name = value_set(record, field)
    found = (normalise(name, word) if name else None) or _table().get(field, {}).get(folded)
    return found if not kind.words or found in kind.words else None


def _ours(record: str, field: str, kind: Target) -> tuple[str, ...]:
    name = value_set(record, field)
    return kind.words or (words(name) if name else ())


@cache
def _table() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows("words"):
        found.setdefault(row["field"], {})[row["word"]] = row["meaning"]
    return found
