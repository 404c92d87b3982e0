"""Laboratory results and what stands beside them, as records; the answer of the service. Day 0 is 2024-03-01."""

from typing import Any

from app.services.asking import Axes
from app.services.grades import grades
from tests.journeys.door import STUDY, Door, Raw, record

INFUSION = record("infusion", "I1", start="2024-03-01T10:00:00+01:00", outcome="completed")
NEUTROPENIA = "Neutrophil count decreased"


def lab(
    identifier: str, test: str, collected: str, value: float | int | str | None, unit: str | None, **fields: Any
) -> Raw:
    optional = {"value": value, "unit": unit, **fields}
    given = {name: found for name, found in optional.items() if found is not None}
    return record("lab", identifier, test=test, collected=collected, **given)


def asked(site: Door, *records: Raw, cutoff: str | None = None, as_of: str | None = None) -> Raw:
    """The answer after the records came in; all of them must be taken."""
    if records:
        receipt = site.receipt(*records)
        assert receipt["rejected"] == 0, receipt
    with site.services.database.read.connect() as connection:
        return grades(connection, STUDY, "A-001", Axes(cutoff, as_of))


def entries(answer: Raw, term: str | None = None) -> list[Raw]:
    return [entry for entry in answer["grades"] if term is None or entry["term"] == term]


def alt(identifier: str, collected: str, value: float | int | str | None, **fields: Any) -> Raw:
    return lab(identifier, "ALT", collected, value, "U/L", **{"low": 7, "high": 40, **fields})


def event(identifier: str, onset: str, grade: int | None, term: str = NEUTROPENIA, **fields: Any) -> Raw:
    said = {"grade": grade, **fields}
    given = {name: found for name, found in said.items() if found is not None}
    return record("adverse_event", identifier, term=term, onset=onset, **given)


def anc(identifier: str, collected: str, value: float) -> Raw:
    return lab(identifier, "ANC", collected, value, "10*9/L", low=1.8, high=7.5)
