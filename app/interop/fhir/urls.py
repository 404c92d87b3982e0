"""Canonical addresses of the extensions and profiles that the writers use.

https://hl7.org/fhir/R4/extensibility.html
"""

from __future__ import annotations

from app.terminology.systems import ENGRAFT

PROJECT = ENGRAFT.partition("/CodeSystem/")[0]
RESEARCH_STUDY = "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy"
ASSERTED_DATE = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
DATA_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
DATA_ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
AE_GUIDE = "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition"
AE_PROFILE = f"{AE_GUIDE}/AdverseEvent-clinical-research"
AE_GUIDE_R5 = "http://hl7.org/fhir/uv/ae-research-ig/StructureDefinition"
AE_PROFILE_R5 = f"{AE_GUIDE_R5}/AdverseEvent-clinical-research"
SUBJECT_NUMBER = f"{PROJECT}/subject-number"
STUDY_NAME = f"{PROJECT}/study"
ENDPOINT = f"{PROJECT}/endpoint"
SITE = f"{PROJECT}/site"


def project(name: str) -> str:
    """An extension of this project."""
    return f"{PROJECT}/StructureDefinition/{name}"


def profile(name: str) -> str:
    """A profile of this project."""
    return f"{PROJECT}/StructureDefinition/{name}"


def operation_definition(name: str) -> str:
    """An operation of this project."""
    return f"{PROJECT}/OperationDefinition/{name}"
