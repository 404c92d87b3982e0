"""Canonical addresses of the code systems, and the other names under which they are sent.

https://terminology.hl7.org/external_terminologies.html
"""

from __future__ import annotations

from functools import cache

from app.terminology.tables import rows

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
UCUM = "http://unitsofmeasure.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
MEDDRA = "https://www.meddra.org"
ISBT128 = "https://www.isbt128.org/uri/productdescriptioncode"
ENGRAFT = "https://engraft.example.org/fhir/CodeSystem/engraft"

AE_OUTCOME = "http://terminology.hl7.org/CodeSystem/adverse-event-outcome"
AE_SERIOUSNESS = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
AE_SEVERITY = "http://terminology.hl7.org/CodeSystem/adverse-event-severity"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SUBJECT_STATE = "http://terminology.hl7.org/CodeSystem/research-subject-state"
SUBJECT_STATUS_R4 = "http://hl7.org/fhir/research-subject-status"
ADMINISTRATIVE_GENDER = "http://hl7.org/fhir/administrative-gender"
EVENT_STATUS = "http://hl7.org/fhir/event-status"


@cache
def _aliases() -> dict[str, str]:
    return {row["alias"].casefold(): row["system"] for row in rows("system_aliases")}


def canonical(system: str) -> str:
    """The canonical address of a code system sent as an OID, a HL7 v2 table 0396 name or an older address.

    A system without an alias is returned as it came.
    """
    return _aliases().get(system.strip().casefold(), system.strip())
