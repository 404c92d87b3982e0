"""What of a record its model does not see: tests, units, and its form as FHIR.

docs/records.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.errors import Issue
from app.domain.infusion import Infusion
from app.domain.observation import Lab
from app.domain.record import Record
from app.domain.terms import Quantity
from app.interop.fhir.check import check
from app.interop.fhir.draft import Context
from app.interop.fhir.write import write
from app.terminology.doses import dose_ucum, known_count_units, known_dose_units
from app.terminology.laboratory import known_tests, named_test
from app.terminology.suggesting import nearest_dose_unit, nearest_test, nearest_unit
from app.terminology.units import known_units, ucum

_STAND_IN = Context("study", "patient", "research-subject", lambda type_, role: "resource")


def checks(record: Record) -> Iterator[Issue]:
    """Every issue of a record whose fields are legal each by itself."""
    if isinstance(record, Lab):
        yield from _lab(record)
    if isinstance(record, Infusion):
        for name in ("dose", "planned_dose"):
            yield from _dose(name, getattr(record, name), known_dose_units())
        yield from _dose("total_viable_cells", record.total_viable_cells, known_count_units())
    if record.status != "entered-in-error":
        yield from _fhir(record)


def _lab(record: Lab) -> Iterator[Issue]:
    found = named_test(record.test)
    if found is None:
        known = ", ".join(known.id for known in known_tests())
        expected, near = f"a LOINC code of, or one of {known}", nearest_test(record.test)
        yield Issue("test", "code-invalid", "unknown laboratory test", expected, suggestion=near)
    elif record.unit is not None and ucum(found.id, record.unit) is None:
        expected, near = ", ".join(known_units(found.id)), nearest_unit(found.id, record.unit)
        yield Issue("unit", "code-invalid", "unknown unit for this test", expected, suggestion=near)


def _dose(name: str, dose: Quantity | None, known: tuple[str, ...]) -> Iterator[Issue]:
    if dose is not None and dose_ucum(dose.unit) not in known:
        near = nearest_dose_unit(dose.unit, known)
        yield Issue(f"{name}.unit", "code-invalid", "unknown unit of dose", ", ".join(known), suggestion=near)


def _fhir(record: Record) -> Iterator[Issue]:
    """Our own resources fail their check only when a record slipped through its own; the sender sees where."""
    for draft in write(record, _STAND_IN):
        for issue in check({"resourceType": draft.type, "id": "resource", **draft.body}):
            yield Issue("", issue.code, f"as FHIR {draft.type}: {issue.message} at {issue.path}")
