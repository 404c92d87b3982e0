"""The nearest known test or unit to one that is not known, for whoever has to mend it.

https://ucum.org/ucum ; docs/records.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from app.domain.nearest import nearest_meaning, slips_between
from app.domain.terms import CodeRef
from app.terminology.doses import known_dose_units
from app.terminology.laboratory import known_tests, laboratory_test
from app.terminology.spelling import tidy
from app.terminology.tables import rows

_LITRE = re.compile(r"lit(?:re|er)s?")
_PER = re.compile(r"\bper\b|\bpro\b")
_MARKS = re.compile(r"[\s.*^\[\]{}()]+|cells?|(?<=\d)x(?=10)|^x")
# A metric unit says what it says, however like another it looks: mg/dL and ug/dL are one letter apart.
_METRIC = re.compile(r"[munpfkcdMGT]?(?:g|mol|[lL]|I?U|[eE]q|kat|s|m3?)")
_FEWEST_SIGNS = 4


def nearest_test(named: CodeRef | str) -> str | None:
    """Our name of the laboratory test that was surely meant; a code has no neighbours."""
    name = named.text if isinstance(named, CodeRef) else named
    return None if name is None else nearest_meaning(name, _names())


def nearest_unit(test_id: str, unit: str) -> str | None:
    """The UCUM code of the test's unit that was surely meant. KeyError for an unknown test."""
    return _nearest_unit(unit, _spellings(test_id))


def nearest_dose_unit(unit: str, known: tuple[str, ...]) -> str | None:
    """The UCUM code, one of these, of the unit of dose that was surely meant."""
    return _nearest_unit(unit, {spelling: code for spelling, code in _dose_spellings().items() if code in known})


@cache
def _names() -> dict[str, str]:
    return {name: test.id for test in known_tests() for name in (test.id, test.name, *test.synonyms)}


@cache
def _spellings(test_id: str) -> dict[str, str]:
    """Every writing of the test's units to its UCUM code."""
    test = laboratory_test(test_id)
    written = {row["spelling"]: row["ucum"] for row in rows("unit_spellings") if row["scope"] in (test.id, test.kind)}
    return {code: code for code in test.units} | {spelling: code for spelling, code in written.items() if spelling}


@cache
def _dose_spellings() -> dict[str, str]:
    return {code: code for code in known_dose_units()} | {row["spelling"]: row["ucum"] for row in rows("dose_units")}


def _nearest_unit(unit: str, known: dict[str, str]) -> str | None:
    """One that differs in case, blanks and marks alone; else one whose litre was left out; else one slip away."""
    sent = _bare(unit)
    if not sent or len(sent) > 40:
        return None
    bare = {spelling: _bare(spelling) for spelling in known}
    ways = (
        lambda other: other == sent,
        lambda other: other.startswith(f"{sent}/"),
        lambda other: _slipped(sent, other),
    )
    for way in ways[: 2 if _is_metric(unit) else 3]:
        found = _one(known[spelling] for spelling, other in bare.items() if way(other))
        if found is not None:
            return found
    return None


def _one(codes: Iterable[str]) -> str | None:
    found = set(codes)
    return found.pop() if len(found) == 1 else None


def _bare(unit: str) -> str:
    plain = _LITRE.sub("l", _PER.sub("/", unit.casefold()))
    return _MARKS.sub("", tidy(plain).casefold())


def _is_metric(unit: str) -> bool:
    return all(_METRIC.fullmatch(part) for part in tidy(unit).split("/"))


def _slipped(sent: str, other: str) -> bool:
    """One slip in a unit of letters, in no first letter of a part."""
    if min(len(sent), len(other)) < _FEWEST_SIGNS or any(sign.isdigit() for sign in sent + other):
        return False
    parts, others = sent.split("/"), other.split("/")
    heads = [part[:1] for part in parts] == [part[:1] for part in others]
    return heads and slips_between(sent, other) == 1
