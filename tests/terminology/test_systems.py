"""Addresses of code systems."""

from __future__ import annotations

import pytest

from app.terminology import systems


def test_addresses() -> None:
    # https://terminology.hl7.org/external_terminologies.html and the value sets of the adverse-event guide.
    assert systems.LOINC == "http://loinc.org"
    assert systems.SNOMED == "http://snomed.info/sct"
    assert systems.UCUM == "http://unitsofmeasure.org"
    assert systems.MEDDRA == "https://www.meddra.org"
    assert systems.NCIT == "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
    assert systems.ICD10CM == "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("LN", systems.LOINC),
        ("urn:oid:2.16.840.1.113883.6.1", systems.LOINC),
        (" http://loinc.org ", systems.LOINC),
        ("SCT", systems.SNOMED),
        ("2.16.840.1.113883.6.96", systems.SNOMED),
        ("http://terminology.hl7.org/CodeSystem/mdr", systems.MEDDRA),
        ("urn:oid:2.16.840.1.113883.6.163", systems.MEDDRA),
        ("NCIt", systems.NCIT),
        ("I10C", systems.ICD10CM),
        ("https://hospital.example/codes", "https://hospital.example/codes"),
    ],
)
def test_aliases(sent: str, meant: str) -> None:
    assert systems.canonical(sent) == meant
