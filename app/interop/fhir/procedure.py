"""Procedure: the transplant and later therapies.

https://hl7.org/fhir/R4/procedure.html
"""

from __future__ import annotations

from app.domain.follow_up import Therapy
from app.domain.record import Record
from app.domain.transplant import Transplant
from app.interop.fhir.codes import coded, fixed
from app.interop.fhir.doses import dose_quantity
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import Json, coded_extensions, date_time, extension, present, study_extension, subject
from app.interop.fhir.urls import profile, project
from app.terminology.value_sets import normalise

_GIVEN_AT_ONCE = frozenset({"dli", "transplant", "car-t"})
_UNRELATED = frozenset({"matched-unrelated", "mismatched-unrelated"})


def write_transplant(record: Transplant, context: Context) -> list[Draft]:
    """The transplant, an allogeneic one in this trial."""
    body = present(
        extension=[study_extension(context), *_transplant_details(record)],
        status=procedure_status(record, "completed"),
        code=_transplant_code(record),
        subject=subject(context),
        performedDateTime=date_time(record.date),
    )
    return [Draft("Procedure", "", body, profile("transplant"))]


def write_therapy(record: Therapy, context: Context) -> list[Draft]:
    """A later therapy, which its category tells from the transplant. Of a course of treatment only the start is
    known, so its state is unknown.
    """
    intent = coded("therapy-intent", record.intent)
    body = present(
        extension=[study_extension(context)],
        status=procedure_status(record, "completed" if record.kind in _GIVEN_AT_ONCE else "unknown"),
        category=fixed("procedure-category", "later-therapy"),
        code=coded("therapy-kind", record.kind),
        subject=subject(context),
        performedDateTime=date_time(record.date),
        reasonCode=[intent] if intent else None,
    )
    return [Draft("Procedure", "", body)]


def procedure_status(record: Record, status: str) -> str:
    """The event status, unless the record was entered in error."""
    return "entered-in-error" if record.status == "entered-in-error" else status


def _transplant_code(record: Transplant) -> Json:
    """The kind of graft where SNOMED CT has a code for it, and the general code that every transplant carries."""
    source = normalise("graft-source", record.graft_source) if record.graft_source else None
    donor = normalise("donor-type", record.donor_type) if record.donor_type else None
    if source == "PBSC":
        return fixed("procedure", "transplant-pbsc", "transplant")
    if source == "BM":
        marrow = "transplant-marrow-unrelated" if donor in _UNRELATED else "transplant-marrow"
        return fixed("procedure", marrow, "transplant")
    return fixed("procedure", "transplant")


def _transplant_details(record: Transplant) -> list[Json]:
    prophylaxis = [coded("gvhd-prophylaxis", word) for word in record.gvhd_prophylaxis or ()]
    return [
        *extension(project("course-number"), "valueInteger", record.number),
        *coded_extensions("donor-type", [coded("donor-type", record.donor_type)]),
        *coded_extensions("hla-match", [coded("hla-match", record.hla_match)]),
        *coded_extensions("graft-source", [coded("graft-source", record.graft_source)]),
        *coded_extensions("conditioning", [coded("conditioning", record.conditioning)]),
        *coded_extensions("gvhd-prophylaxis", prophylaxis),
        *extension(project("cd34-dose"), "valueQuantity", dose_quantity(record.cd34_dose, None)),
        *extension(project("cd3-dose"), "valueQuantity", dose_quantity(record.cd3_dose, None)),
    ]
