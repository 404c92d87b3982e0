"""The nearest known word to one that is not known: a help for whoever mistyped, never a guess that is acted on.

https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

# A percent sign makes another test of a name, a plus another ion.
_APART = re.compile(r"[^0-9a-z%+]+")
# Words of fewer letters are each other's neighbours (CR and PR, ALT and AST): one letter is their whole meaning.
_FEWEST_LETTERS = 4
_LONG, _SLIPS, _SLIPS_OF_LONG = 10, 1, 2
_LONGEST = 100


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one known word that was surely meant; None where none is close enough, or more than one.

    Letter case, accents and punctuation do not count. Otherwise one slip of the hand is forgiven in a word of four
    letters or more, two in a long one; never in the first letter (`unrelated`, `indirect`), nor beside a digit
    (`CD3`, `10*9/L`, codes), nor where another known word is as near.
    """
    return nearest_meaning(word, {name: name for name in known})


def nearest_meaning(word: str, known: Mapping[str, str]) -> str | None:
    """The same for names of which several have one meaning: the meaning of the nearest name."""
    parts = _parts(word) if len(word) <= _LONGEST else []
    if not parts:
        return None
    folded = {name: _parts(name) for name in known}
    same = {known[name] for name, other in folded.items() if "".join(other) == "".join(parts)}
    if same:
        return same.pop() if len(same) == 1 else None
    distances = {name: _between(parts, other) for name, other in folded.items()}
    close = {name: distance for name, distance in distances.items() if distance is not None}
    best = min(close, key=lambda name: close[name], default=None)
    if best is None:
        return None
    others = [other for name, other in folded.items() if known[name] != known[best]]
    return None if any(_rivals(parts, other, close[best]) for other in others) else known[best]


def _rivals(parts: list[str], others: list[str], slips: int) -> bool:
    """Whether another word is as near, wherever it differs."""
    one, other = " ".join(parts), " ".join(others)
    return abs(len(one) - len(other)) <= slips and slips_between(one, other) <= slips


def _parts(text: str) -> list[str]:
    """The words of a text in plain letters and digits."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _APART.sub(" ", letters).split()


def _between(parts: list[str], others: list[str]) -> int | None:
    """Slips between two names of equally many words; None where they are too many."""
    if len(parts) != len(others):
        return None
    total = 0
    for part, other in zip(parts, others, strict=True):
        slips = 0 if part == other else slips_between(part, other)
        if slips > _forgiven(part, other):
            return None
        total += slips
    return total if total <= _SLIPS_OF_LONG else None


def _forgiven(part: str, other: str) -> int:
    shorter = min(len(part), len(other))
    if shorter < _FEWEST_LETTERS or part[0] != other[0] or not (part + other).isalpha():
        return 0
    return _SLIPS_OF_LONG if shorter >= _LONG else _SLIPS


def slips_between(one: str, other: str) -> int:
    """How many letters were left out, put in, mistaken or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        above, row = row, [i]
        for j, facing in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != facing))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == facing:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]
