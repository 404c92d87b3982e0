"""A laboratory result as an Observation.

https://hl7.org/fhir/R4/observation-example-f001-glucose.json.html
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.domain.observation import Lab
from app.domain.terms import CodeRef
from app.interop.fhir.codes import masked
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import Json, data_absent, extension, present, quantity
from app.interop.fhir.observation import observation
from app.interop.fhir.urls import project
from app.terminology.laboratory import LaboratoryTest, named_test
from app.terminology.systems import ENGRAFT, LOINC, canonical
from app.terminology.units import ucum


def write_lab(record: Lab, context: Context) -> list[Draft]:
    """The result with its own reference range, numbers to the digit."""
    test = named_test(record.test)
    code = masked("test not in the code table") if test is None else _code(record, test)
    elements = {
        "category": "laboratory",
        "extension": extension(project("transfused"), "valueBoolean", record.transfused),
        **_measured(record, test),
    }
    return [observation(record, context, "", code, record.collected, **elements)]


def _code(record: Lab, test: LaboratoryTest) -> Json:
    """The LOINC code that was sent; where none was, our own name of the test and the usual LOINC code."""
    sent = record.test
    if isinstance(sent, CodeRef) and sent.code and sent.code.strip() in test.loinc and _is_loinc(sent.system):
        return {"coding": [{"system": LOINC, "code": sent.code.strip()}], "text": test.name}
    usual = [{"system": LOINC, "code": code} for code in test.loinc[:1]]
    return {"coding": [{"system": ENGRAFT, "code": test.id}, *usual], "text": test.name}


def _is_loinc(system: str | None) -> bool:
    return system is None or canonical(system) == LOINC


def _measured(record: Lab, test: LaboratoryTest | None) -> dict[str, Any]:
    """Value and range. Numbers whose unit may not be written are withheld: they would be misread."""
    unit = None if record.unit is None or test is None else _unit(test.id, record.unit)
    if record.unit is not None and unit is None:
        return {"dataAbsentReason": {"coding": [data_absent("masked")]}}
    number = record.number
    value = None if number is None else quantity(number[1], unit, comparator=number[0])
    limits = present(low=_limit(record.low, unit), high=_limit(record.high, unit))
    return {"valueQuantity": value, "referenceRange": [limits] if limits else None}


@lru_cache(maxsize=1024)
def _unit(test: str, unit: str) -> str | None:
    return ucum(test, unit)


def _limit(value: Decimal | None, unit: str | None) -> Json | None:
    return None if value is None else quantity(value, unit)
