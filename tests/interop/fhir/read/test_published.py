"""Published examples: what a transplant centre of the US sends, the research guide's events, HL7's own.

http://hl7.org/fhir/uv/ae-research-backport-ig/artifacts.html ; https://hl7.org/fhir/R4/downloads.html

What is expected was read in the examples, and what is not used is listed with its reason.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.interop.fhir.read import read
from app.interop.fhir.structure import MODELS

SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[5] / "shared"))
EXAMPLES = SHARED / "data" / "fhir"
DECODER = msgspec.json.Decoder(float_hook=Decimal)
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the official FHIR examples (data/fhir in ENGRAFT_SHARED) are not here"
)
Json = dict[str, Any]


def inside(item: Json) -> Iterator[Json]:
    entries = item.get("entry", []) if item["resourceType"] == "Bundle" else [{"resource": item}]
    for entry in entries:
        found = entry.get("resource", {})
        if found.get("resourceType") in MODELS and "id" in found:
            yield found


@cache
def examples(folder: str) -> list[list[Json]]:
    """The resources of our types in each file."""
    paths = sorted((EXAMPLES / folder).rglob("*.json"))
    return [list(inside(DECODER.decode(path.read_bytes()))) for path in paths if "_definitions" not in path.parts]


def together(folder: str) -> tuple[dict[str, Json], Counter[str]]:
    """(records by the id of the leading resource, unused resources by type and reason) of a whole folder."""
    readings, unused = read([resource for found in examples(folder) for resource in found])
    told = Counter(f"{item.type}: {item.reason}" for item in unused)
    return {reading.members[0].id: reading.record for reading in readings}, told


ASKED = ("onset", "end", "ongoing", "grade", "serious", "expected", "outcome", "relatedness")
EVENTS = {
    "adverse-event-compass-ex1": ("2020-04-22", None, True, 1, False, True, "not-recovered", None),
    "adverse-event-compass-ex1a": ("2020-05-13", None, True, 3, False, True, "not-recovered", None),
    "adverse-event-compass-ex1b": ("2020-05-20", "2020-06-10", None, 1, False, True, "recovered", None),
    "adverse-event-compass-ex2": ("2020-05-25", "2021-01-21", None, 1, False, True, "not-recovered", None),
    "adverse-event-device-death": ("2020-05-20", None, None, 5, True, False, "fatal", None),
    "clinical-research-ae-example-medwatch-patient-report": (
        "2023-04-10",
        None,
        None,
        None,
        True,
        None,
        "recovered",
        "possible",  # to the study; the relation to the drug, a Medication, is not known to be one to the cells
    ),
    "ClinicalTrialSignificantAdverseEvent": (None, None, None, None, True, None, "recovering", None),
    "NonSeriousAdverseEventResearchStudyMed": ("2022-02-01", None, None, None, False, True, "not-recovered", None),
    "AdverseEventFromProcedureNotStudyDrug": ("2021-01-15", "2021-01-15", None, None, False, False, "recovered", None),
    "SeriousAdverseEventResearchStudy": ("2021-12-02", "2021-12-09", None, None, True, False, "recovered", None),
}


@pytest.mark.parametrize("name", EVENTS)
def test_events_of_the_research_guide(name: str) -> None:
    """Severity is no grade; a relation to a drug, a device or a dye says nothing of the cells."""
    found = together("vulcan-ae-r4")[0][name]
    assert tuple(found.get(field) for field in ASKED) == EVENTS[name]


def test_criteria_that_are_not_met_are_not_read() -> None:
    found, _ = together("vulcan-ae-r4")
    met = {name: record.get("seriousness_criteria") for name, record in found.items() if name in EVENTS}
    assert {name: criteria for name, criteria in met.items() if criteria} == {
        "adverse-event-device-death": ["death"],
        "ClinicalTrialSignificantAdverseEvent": ["hospitalisation", "life-threatening", "required-intervention"],
        "SeriousAdverseEventResearchStudy": ["hospitalisation", "life-threatening", "required-intervention"],
    }


def test_the_rest_of_the_research_guide() -> None:
    found, unused = together("vulcan-ae-r4")
    subjects = {name: record["state"] for name, record in found.items() if record["type"] == "subject"}
    assert subjects == {
        "clinical-trial-acme-subject": "on-study",
        "clinical-trial-example-subject": "on-study",
        "clinical-trial-example-subject1": "withdrawn",
    }
    assert len(found) == len(EVENTS) + len(subjects)
    assert unused == {
        "Condition: it is neither a leukaemia nor a GVHD that the trial knows": 6,
        "MedicationAdministration: what it gives are not the cells of the trial": 13,
        "Observation: its code is of no finding that the trial knows": 2,
        "Patient: no ResearchSubject refers to it yet": 4,
        "Procedure: its code is of no procedure that the trial knows": 2,
        "ResearchStudy: it is a study, and no record of a subject": 5,
    }


def test_results_of_a_transplant_centre() -> None:
    """Its neutrophils are those of cord blood (LOINC 74398-9), so they are none of the patient's."""
    found, unused = together("cibmtr-r4")
    assert {name: (record["value"], record["unit"]) for name, record in found.items()} == {
        "AlbuminObservation": (5, "g/dL"),
        "EosinophilsObservation": (Decimal("0.5"), "10*3/uL"),
        "HemoglobinObservation": (15, "g/dL"),
        "LeukocytesObservation": (Decimal("5.2"), "10*9/L"),
    }
    assert unused["Observation: its code is of no finding that the trial knows"] == 16


def test_examples_of_the_standard() -> None:
    records = [reading.record for resources in examples("hl7-r4") for reading in read(resources)[0]]
    assert Counter(record["type"] for record in records) == {
        "adverse_event": 1,
        "death": 3,
        "lab": 3,
        "subject": 1,
        "therapy": 1,
    }
