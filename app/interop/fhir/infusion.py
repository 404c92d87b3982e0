"""The infusion: Procedure, MedicationAdministration, BiologicallyDerivedProduct and what was measured.

https://hl7.org/fhir/R4/medicationadministration.html
"""

from __future__ import annotations

from typing import Any

from app.domain.infusion import Infusion
from app.interop.fhir.codes import coded, fixed
from app.interop.fhir.doses import count_quantity, dose_quantity
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import (
    Json,
    coded_extensions,
    complex_extension,
    date_time,
    extension,
    percent,
    period,
    present,
    quantity,
    study_extension,
    subject,
)
from app.interop.fhir.observation import observation
from app.interop.fhir.procedure import procedure_status
from app.interop.fhir.urls import profile, project

PRODUCT = "product"


def write_infusion(record: Infusion, context: Context) -> list[Draft]:
    """Procedure first. The product has no status for errors, so an infusion entered in error has no product."""
    drafts = [_procedure(record, context), _administration(record, context)]
    if _has_product(record):
        drafts.append(_product(record, context))
    return [*drafts, *_findings(record, context)]


def _has_product(record: Infusion) -> bool:
    return record.status != "entered-in-error"


def _own_product(record: Infusion, context: Context) -> Json | None:
    return context.own("BiologicallyDerivedProduct", PRODUCT) if _has_product(record) else None


def _status(record: Infusion) -> str:
    return procedure_status(record, record.outcome or "unknown")


def _when(record: Infusion, name: str) -> Json:
    if record.end is None:
        return {f"{name}DateTime": date_time(record.start)}
    return {f"{name}Period": period(record.start, record.end)}


def _procedure(record: Infusion, context: Context) -> Draft:
    body = present(
        extension=[
            study_extension(context),
            *extension(project("course-number"), "valueInteger", record.number),
            *extension(project("used-product"), "valueReference", _own_product(record, context)),
            *coded_extensions(
                "lymphodepletion", [coded("lymphodepletion", word) for word in record.lymphodepletion or ()]
            ),
        ],
        status=_status(record),
        category=fixed("procedure", "immunotherapy"),
        code=fixed("procedure", "donor-gdt-infusion"),
        subject=subject(context),
        **_when(record, "performed"),
    )
    return Draft("Procedure", "", body, profile("gdt-infusion"))


def _administration(record: Infusion, context: Context) -> Draft:
    planned = dose_quantity(record.planned_dose, record.dosing_weight_kg)
    product = _own_product(record, context)
    body = present(
        extension=[study_extension(context), *extension(project("planned-dose"), "valueQuantity", planned)],
        partOf=[context.own("Procedure", "")],
        status=_status(record),
        medicationCodeableConcept=_cells(),
        subject=subject(context),
        supportingInformation=None if product is None else [product],
        **_when(record, "effective"),
        dosage=_dosage(record),
    )
    return Draft("MedicationAdministration", "", body, profile("gdt-administration"))


def _dosage(record: Infusion) -> Json | None:
    """The dose with its route; a dosage without a dose is not allowed (mad-1)."""
    dose = dose_quantity(record.dose, record.dosing_weight_kg)
    return None if dose is None else present(route=coded("route", record.route), dose=dose)


def _cells() -> Json:
    """The agent: the NCIt code speaks of autologous cells, so the project's code for a donor's stands beside it."""
    return fixed("product", "gamma-delta-t-cells", "donor-gamma-delta-t-cells")


def _product(record: Infusion, context: Context) -> Draft:
    """The cells. R4 knows the donor of a product but not its recipient: an extension names the patient."""
    body = present(
        extension=[
            study_extension(context, project("research-study")),
            *extension(project("recipient"), "valueReference", subject(context)),
            *coded_extensions("donor-type", [coded("donor-type", record.donor_type)]),
            *_property("cell-viability", percent(record.viability_pct)),
            *_property("cell-purity", percent(record.purity_pct)),
            *_property("viable-cells", count_quantity(record.total_viable_cells)),
        ],
        productCategory="cells",
        productCode=_cells(),
    )
    return Draft("BiologicallyDerivedProduct", PRODUCT, body, profile("gdt-product"))


def _property(name: str, value: Json | None) -> list[Json]:
    """A property of the product, which R4 has no element for; the Observation says when it was measured."""
    if value is None:
        return []
    kind = extension("type", "valueCodeableConcept", fixed("observation", name))
    return complex_extension(project("product-property"), kind, extension("value", "valueQuantity", value))


def _findings(record: Infusion, context: Context) -> list[Draft]:
    viability, purity = fixed("observation", "cell-viability"), fixed("observation", "cell-purity")
    cells, counted = fixed("observation", "viable-cells"), count_quantity(record.total_viable_cells)
    of_product: dict[str, Any] = {"partOf": [context.own("Procedure", "")]}
    product = _own_product(record, context)
    if product is not None:
        of_product["focus"] = [product]
    return [
        *_finding(record, context, "viability", viability, valueQuantity=percent(record.viability_pct), **of_product),
        *_finding(record, context, "purity", purity, valueQuantity=percent(record.purity_pct), **of_product),
        *_finding(record, context, "viable-cells", cells, valueQuantity=counted, **of_product),
        *_dosing_weight(record, context),
    ]


def _dosing_weight(record: Infusion, context: Context) -> list[Draft]:
    code = fixed("observation", "body-weight", "dosing-weight")
    weight = None if record.dosing_weight_kg is None else quantity(record.dosing_weight_kg, "kg")
    part_of = [context.own("Procedure", "")]
    return _finding(
        record, context, "dosing-weight", code, category="vital-signs", valueQuantity=weight, partOf=part_of
    )


def _finding(record: Infusion, context: Context, role: str, code: Json, **elements: Any) -> list[Draft]:
    if elements["valueQuantity"] is None:
        return []
    return [observation(record, context, role, code, record.start, **elements)]
