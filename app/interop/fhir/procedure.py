"""Procedure: the transplant and later therapies.

https://hl7.org/fhir/R4/procedure.html
"""

from __future__ import annotations

import re

from app.domain.follow_up import Therapy
from app.domain.record import Record
from app.domain.transplant import Transplant
from app.interop.fhir.codes import coded, fixed
from app.interop.fhir.doses import dose_quantity
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.elements import Json, coded_extensions, date_time, extension, present, study_extension, subject
from app.interop.fhir.urls import project

_HLA_MATCH = re.compile(r"\d{1,2}/\d{1,2}", re.ASCII)
_GIVEN_AT_ONCE = frozenset({"dli", "transplant", "car-t"})


def write_transplant(record: Transplant, context: Context) -> list[Draft]:
    """The transplant, an allogeneic one in this trial."""
    body = present(
        extension=[study_extension(context), *_transplant_details(record)],
        status=procedure_status(record, "completed"),
        code=fixed("transplant", "transplant-allogeneic"),
        subject=subject(context),
        performedDateTime=date_time(record.date),
    )
    return [Draft("Procedure", "", body)]


def write_therapy(record: Therapy, context: Context) -> list[Draft]:
    """A later therapy. Of a course of treatment only the start is known, so its state is unknown."""
    intent = coded("therapy_intent", record.intent)
    body = present(
        extension=[study_extension(context)],
        status=procedure_status(record, "completed" if record.kind in _GIVEN_AT_ONCE else "unknown"),
        code=coded("therapy_kind", record.kind),
        subject=subject(context),
        performedDateTime=date_time(record.date),
        reasonCode=[intent] if intent else None,
    )
    return [Draft("Procedure", "", body)]


def procedure_status(record: Record, status: str) -> str:
    """The event status, unless the record was entered in error."""
    return "entered-in-error" if record.status == "entered-in-error" else status


def _transplant_details(record: Transplant) -> list[Json]:
    match = record.hla_match if record.hla_match and _HLA_MATCH.fullmatch(record.hla_match) else None
    prophylaxis = [coded("gvhd_prophylaxis", word) for word in record.gvhd_prophylaxis or ()]
    return [
        *extension(project("course-number"), valueInteger=record.number),
        *coded_extensions(project("donor-type"), [coded("donor_type", record.donor_type)]),
        *extension(project("hla-match"), valueString=match),
        *coded_extensions(project("graft-source"), [coded("graft_source", record.graft_source)]),
        *coded_extensions(project("conditioning"), [coded("conditioning", record.conditioning)]),
        *coded_extensions(project("gvhd-prophylaxis"), prophylaxis),
        *extension(project("cd34-dose"), valueQuantity=dose_quantity(record.cd34_dose, None)),
        *extension(project("cd3-dose"), valueQuantity=dose_quantity(record.cd3_dose, None)),
    ]
