"""Laboratory results, as our writers and as US Core's profile have them.

https://hl7.org/fhir/us/core/StructureDefinition-us-core-observation-lab.html
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.read.concepts import codings, texts
from app.interop.fhir.read.elements import own, said, units
from app.interop.fhir.read.observations import effective, head
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.terminology.laboratory import LaboratoryTest, find_test
from app.terminology.systems import ENGRAFT, LOINC, canonical
from app.terminology.units import ucum

_NOT_MEASURED = frozenset({"not-performed", "not-asked", "asked-declined", "not-applicable", "not-permitted"})
_NORMAL = "normal"


def read_labs(pool: Pool) -> Iterator[Reading]:
    """Every result of a test that the trial knows."""

    def read(resource: Json) -> Iterator[Reading]:
        return pool.make(_lab(resource), (resource, ""))

    return each(pool, "Observation", read)


def _lab(resource: Json) -> Json:
    named, test = _test(resource.get("code"))
    quantity = resource.get("valueQuantity") or {}
    limits = _range(resource)
    measured = quantity if _has_value(resource) else limits.get("low") or limits.get("high") or {}
    unit = _unit(test, measured)
    _refuse_unmeasured(resource)
    return said(
        **head(resource, "lab"),
        test=named,
        collected=effective(resource),
        value=_value(resource, quantity),
        unit=unit,
        **{name: _limit(test, unit, limits.get(name)) for name in ("low", "high")},
        transfused=own(resource, "transfused"),
    )


def _test(code: Any) -> tuple[str | Json, LaboratoryTest]:
    """The test as a record names it. A LOINC code decides alone, since it may stand for another specimen."""
    sent = [(one, canonical(one.get("system", ""))) for one in codings(code)]
    name = next(texts(code), None)
    known = own_test(code)
    if known is not None:
        return known.id, known
    loinc = [one["code"].strip() for one, system in sent if system == LOINC]
    for one in loinc:
        test = find_test(LOINC, one, None)
        if test is not None:
            return {"system": LOINC, "code": one}, test
    test = None if loinc else find_test(None, None, name)
    if test is None or name is None:
        raise NoRecordError("its code is of no finding that the trial knows")
    return name, test


def own_test(code: Any) -> LaboratoryTest | None:
    """The test that our own name of it says, where a concept has that."""
    ours = [one["code"] for one in codings(code) if canonical(one.get("system", "")) == ENGRAFT]
    return next(filter(None, (find_test(ENGRAFT, name, None) for name in ours)), None)


def _unit(test: LaboratoryTest, quantity: Json) -> str | None:
    """The unit as it was sent: the UCUM code where that is known, else the words."""
    written = units(quantity)
    known = next((unit for unit in written if _ucum(test.id, unit) is not None), None)
    if written and known is None:
        raise NoRecordError("its unit is not known for this test")
    return known


@lru_cache(maxsize=1024)
def _ucum(test: str, unit: str) -> str | None:
    return ucum(test, unit)


def _refuse_unmeasured(resource: Json) -> None:
    if {one["code"] for one in _absent(resource)} & _NOT_MEASURED:
        raise NoRecordError("it was not measured")


def _absent(resource: Json) -> list[Json]:
    reason = resource.get("dataAbsentReason") or {}
    return [one for one in reason.get("coding") or [] if one.get("code")]


def _value(resource: Json, quantity: Json) -> Decimal | int | str | None:
    """A number, or the text of one with its comparator."""
    number = quantity.get("value")
    comparator = quantity.get("comparator")
    if number is not None:
        return number if comparator is None else f"{comparator}{Decimal(number):f}"
    text: str | int | None = resource.get("valueString", resource.get("valueInteger"))
    if text is None and _has_value(resource):
        raise NoRecordError("its value is not a number")
    return text


def _has_value(resource: Json) -> bool:
    return any(name.startswith("value") for name in resource)


def _range(resource: Json) -> Json:
    """The range that counts for this result; of several that for normal results."""
    ranges: list[Json] = resource.get("referenceRange") or []
    normal = [one for one in ranges if _NORMAL in {coding["code"] for coding in codings(one.get("type"))}]
    chosen = normal or ranges
    return chosen[0] if len(chosen) == 1 else {}


def _limit(test: LaboratoryTest, unit: str | None, quantity: Any) -> Decimal | int | None:
    """A limit in another unit than the value is left out; one without a unit has that of the value."""
    if not isinstance(quantity, dict) or quantity.get("comparator"):
        return None
    written = units(quantity)
    same = not written or (unit is not None and _ucum(test.id, unit) in {_ucum(test.id, one) for one in written})
    return quantity.get("value") if same else None
