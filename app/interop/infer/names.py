"""Which field a column's name means, in the languages of the table of names.

app/interop/infer/names.csv
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.interop.mapping.profile import RecordType
from app.terminology.laboratory import LaboratoryTest, find_test, laboratory_test

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_UNIT = re.compile(r"^(.*?)\s*[\[(]\s*([^\])]+?)\s*[\])]\s*$")
EVERY, PANEL = "*", "panel"


@dataclass(frozen=True, slots=True)
class Match:
    """The field that a name means; sure: whether the whole name says so."""

    field: str
    sure: bool


def fold(text: str) -> str:
    """A name in plain letters: `Beginn-Datum` and `beginn_datum` are one."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", text.casefold().translate(_UMLAUTS)).split())


def match(record: str, column: str) -> Match | None:
    """The field of a record type, or of every record, that a column's name means."""
    known, bare = _names()[record], fold(split_unit(column)[0])
    if bare in known:
        return Match(known[bare], True)
    rest = bare.partition(" ")[2]  # the prefix of an instrument, as in ae_onset
    return Match(known[rest], False) if rest in known else None


def split_unit(column: str) -> tuple[str, str | None]:
    """A column's name and the unit that stands in brackets behind it."""
    found = _UNIT.match(column)
    return (found[1], found[2]) if found else (column, None)


def panel_test(column: str) -> LaboratoryTest | None:
    """The laboratory test whose results stand in a column of that name."""
    bare = fold(split_unit(column)[0])
    return named_test(bare) or named_test(bare.partition(" ")[2])


def named_test(name: str) -> LaboratoryTest | None:
    """The laboratory test of a name, in the languages of the table of names."""
    local = _names()[PANEL].get(fold(name))
    return laboratory_test(local) if local else find_test(None, None, name)


def is_known(column: str) -> bool:
    """Whether a name is that of any field or laboratory test."""
    bare = fold(split_unit(column)[0])
    return any(bare in known for known in _names().values()) or panel_test(column) is not None


def record_types() -> tuple[RecordType, ...]:
    """Types of records that have names."""
    return tuple(record for record in _names() if record not in (EVERY, PANEL))  # type: ignore[misc]


def rows(table: str) -> list[dict[str, str]]:
    """A table that lies beside this module."""
    text = files(__package__).joinpath(f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _names() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows("names"):
        known = found.setdefault(row["record"], {})
        for name in row["names"].split("|"):
            known.setdefault(name, row["field"])
    return found
