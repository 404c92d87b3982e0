"""Laboratory tests: our names for them, their LOINC codes, and the unit in which they are kept.

https://loinc.org
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.domain.terms import CodeRef
from app.terminology.systems import ENGRAFT, LOINC, canonical
from app.terminology.tables import rows
from app.terminology.wording import fold


@dataclass(frozen=True, slots=True)
class LaboratoryTest:
    """One test. id: our name, e.g. `ANC`; kind: the quantity measured, which the unit tables are keyed by.

    loinc: all LOINC codes that mean this test, the usual one first; unit: UCUM code of the kept unit;
    units: UCUM codes that can be converted to it.
    """

    id: str
    name: str
    kind: str
    loinc: tuple[str, ...]
    unit: str
    synonyms: tuple[str, ...]
    units: tuple[str, ...]


@cache
def known_tests() -> tuple[LaboratoryTest, ...]:
    """Every laboratory test of the table."""
    return tuple(_test(row) for row in rows("lab_tests"))


def find_test(system: str | None, code: str | None, name: str | None) -> LaboratoryTest | None:
    """The test that was meant; None when it is unknown.

    A LOINC code decides alone: one that is not in the table is unknown whatever the name beside it says,
    since it may stand for another specimen. A code of a hospital's own system leaves the name to decide.
    """
    where = canonical(system) if system else None
    if code and where == LOINC:
        return _coded().get(code.strip())
    found = _coded().get(code.strip()) if code and where is None else None
    if found is None and code and where in (None, ENGRAFT):
        found = _named().get(fold(code))
    return found if found is not None or not name else _named().get(fold(name))


def named_test(named: CodeRef | str) -> LaboratoryTest | None:
    """The test that a laboratory record names, by code or by name; None when it is unknown."""
    if isinstance(named, CodeRef):
        return find_test(named.system, named.code, named.text)
    return find_test(None, None, named)


def laboratory_test(test_id: str) -> LaboratoryTest:
    """The test of that id. KeyError when there is none."""
    return _by_id()[test_id]


def _test(row: dict[str, str]) -> LaboratoryTest:
    codes = tuple(code["loinc"] for code in rows("lab_codes") if code["test"] == row["test"])
    units = tuple(unit["ucum"] for unit in rows("units") if unit["scope"] in (row["test"], row["kind"]))
    synonyms = tuple(row["synonyms"].split("|")) if row["synonyms"] else ()
    return LaboratoryTest(row["test"], row["name"], row["kind"], codes, row["unit"], synonyms, units)


@cache
def _by_id() -> dict[str, LaboratoryTest]:
    return {test.id: test for test in known_tests()}


@cache
def _coded() -> dict[str, LaboratoryTest]:
    return {code: test for test in known_tests() for code in test.loinc}


@cache
def _named() -> dict[str, LaboratoryTest]:
    return {fold(name): test for test in known_tests() for name in (test.id, test.name, *test.synonyms)}
