"""The infusion: Procedure, MedicationAdministration, BiologicallyDerivedProduct and what was measured of the cells.

https://hl7.org/fhir/R4/medicationadministration.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.infusion import PRODUCT
from app.interop.fhir.r5.extensions import value
from app.interop.fhir.read.concepts import coded_word, word, words
from app.interop.fhir.read.elements import (
    Name,
    amount,
    end,
    extensions,
    name_of,
    own,
    own_parts,
    percent,
    said,
    start,
    target,
    targets,
)
from app.interop.fhir.read.observations import kinds
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.procedure import count, dose
from app.interop.fhir.read.products import is_infusion
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.interop.fhir.read.status import counts, happened, joined
from app.interop.fhir.urls import project

_PROPERTIES = {"viability": "cell-viability", "purity": "cell-purity"}
_COUNTED = "viable-cells"
_MEASURED = {**_PROPERTIES, _COUNTED: _COUNTED, "dosing-weight": "dosing-weight"}
_OUTCOMES = frozenset({"completed", "stopped", "not-done"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The resources of one infusion; measured: its Observations by role."""

    procedure: Json
    administration: Json
    product: Json
    measured: dict[str, Json]

    @property
    def lead(self) -> Json:
        """The Procedure, else the MedicationAdministration."""
        return self.procedure or self.administration

    @property
    def members(self) -> list[tuple[Json, str]]:
        """The resources that are there with their roles, the leading one first."""
        found = [(self.procedure, ""), (self.administration, ""), (self.product, PRODUCT)]
        return [(one, role) for one, role in found if one] + [(one, role) for role, one in self.measured.items()]


def read_infusions(pool: Pool) -> Iterator[Reading]:
    """Every Procedure that gives the cells with what belongs to it; then administrations that stand alone."""

    def read(resource: Json) -> Iterator[Reading]:
        if not is_infusion(resource):
            return iter(())
        found = _parts(resource, pool)
        return pool.make(_infusion(found), *found.members)

    def read_administration(resource: Json) -> Iterator[Reading]:
        if not is_infusion(resource):
            raise NoRecordError("what it gives are not the cells of the trial")
        return read(resource)

    yield from each(pool, "Procedure", read)
    yield from each(pool, "MedicationAdministration", read_administration)
    yield from each(pool, "Observation", _refuse_alone)


def _refuse_alone(resource: Json) -> Iterator[Reading]:
    if kinds(resource) & set(_MEASURED.values()):
        raise NoRecordError("the infusion for which it was measured is not among the resources")
    return iter(())


def _parts(lead: Json, pool: Pool) -> Parts:
    procedure = lead if lead["resourceType"] == "Procedure" else {}
    given = [one for one in pool.parts("MedicationAdministration", name_of(lead)) if is_infusion(one)]
    administration = next((one for one in given if counts(one, lead)), {}) if procedure else lead
    product = pool.get(_product_of(procedure) or _product_of(administration)) or {}
    names = [name_of(one) for one in (procedure, administration, product) if one]
    measured = [one for one in pool.parts("Observation", *names) if counts(one, lead)]
    roles = {role: one for one in measured for role, kind in _MEASURED.items() if kind in kinds(one)}
    return Parts(procedure, administration, product, roles)


def _product_of(resource: Json) -> Name | None:
    """The BiologicallyDerivedProduct that was used: the element of R5 as our extension, or what supports it."""
    used = [target(own(resource, "used-product")), *targets(resource.get("supportingInformation"))]
    return next((name for name in used if name and name[0] == "BiologicallyDerivedProduct"), None)


def _infusion(found: Parts) -> Json:
    lead, administration, product = found.lead, found.administration, found.product
    when = "performed" if found.procedure else "effective"
    dosage = administration.get("dosage") or {}
    return said(
        type="infusion",
        status=joined(happened(lead, "not-done"), found.measured.values()),
        start=_start(lead, when),
        end=end(lead, when),
        number=own(found.procedure, "course-number"),
        outcome=lead["status"] if lead.get("status") in _OUTCOMES else None,
        product_id=_identifier(product),
        route=word(dosage.get("route"), "route"),
        donor_type=word(own(product, "donor-type"), "donor-type"),
        dose=dose(dosage.get("dose")),
        planned_dose=dose(own(administration, "planned-dose")),
        viability_pct=_property(found, "viability"),
        purity_pct=_property(found, "purity"),
        total_viable_cells=_first(_told(found, _COUNTED, _COUNTED), count),
        dosing_weight_kg=amount(found.measured.get("dosing-weight", {}).get("valueQuantity"), "kg"),
        lymphodepletion=words(
            [value(item) for item in extensions(found.procedure, project("lymphodepletion"))], "lymphodepletion"
        ),
    )


def _start(lead: Json, when: str) -> str:
    found = start(lead, when)
    if found is None:
        raise NoRecordError("it has no date")
    return found


def _identifier(product: Json) -> str | None:
    return next((one["value"].strip() for one in product.get("identifier") or [] if one.get("value")), None)


def _property(found: Parts, role: str) -> Any:
    """A share of the cells in per cent."""
    return _first(_told(found, role, _PROPERTIES[role]), percent)


def _told(found: Parts, role: str, kind: str) -> Iterator[Any]:
    """What was measured of the cells: as an Observation, else as properties of the product."""
    yield found.measured.get(role, {}).get("valueQuantity")
    for part in own_parts(found.product, "product-property"):
        if coded_word(part.get("type"), "observation") == kind:
            yield part.get("value")


def _first(told: Iterator[Any], read: Callable[[Any], Any]) -> Any:
    """The first quantity that can be read."""
    return next((known for known in map(read, told) if known is not None), None)
