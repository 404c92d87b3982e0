"""Readers of FHIR: resources in, records out.

https://hl7.org/fhir/R4/resourcelist.html

docs/fhir-reading.md has, for each resource, what becomes what, and what is not used and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.interop.fhir.read.adverse_event import read_adverse_events
from app.interop.fhir.read.condition import read_diseases
from app.interop.fhir.read.disease_assessment import read_assessments
from app.interop.fhir.read.gvhd import read_gvhd
from app.interop.fhir.read.infusion import read_infusions
from app.interop.fhir.read.lab import read_labs
from app.interop.fhir.read.patient import read_deaths
from app.interop.fhir.read.pool import Pool
from app.interop.fhir.read.procedure import read_procedures
from app.interop.fhir.read.reading import Reading, Unused
from app.interop.fhir.read.research_subject import read_subjects
from app.interop.fhir.read.vital_status import read_contacts

# What leads other resources comes before what can stand alone, and laboratory results last: a code is theirs when
# it is nobody else's.
_READERS = (
    read_subjects,
    read_deaths,
    read_infusions,
    read_procedures,
    read_adverse_events,
    read_gvhd,
    read_diseases,
    read_assessments,
    read_contacts,
    read_labs,
)


def read(resources: Sequence[dict[str, Any]]) -> tuple[list[Reading], list[Unused]]:
    """The records that these resources say, and the resources that say none.

    resources: R4 with type and id, of our types and without a fault (app.interop.fhir.check), numbers as int or
    Decimal: a Bundle, or one resource and those that it belongs with.
    """
    pool = Pool(resources)
    readings = [reading for reader in _READERS for reading in reader(pool)]
    return readings, pool.unused()
