"""An adverse event names its suspect by reference: what that is stands in another write.

https://hl7.org/fhir/R4/adverseevent-definitions.html#AdverseEvent.suspectEntity
"""

from __future__ import annotations

import pytest

from tests.api.fhir_writes.client import Client, Json

NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
GUIDE = "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition"
CELLS: Json = {"coding": [{"system": NCIT, "code": "C124644"}]}


def given(patient: str, medication: Json) -> Json:
    return {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": medication,
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2024-03-01",
    }


def event(patient: str, suspect: str) -> Json:
    judged = {"productRelatedness": "unlikely"}
    return {
        "resourceType": "AdverseEvent",
        "actuality": "actual",
        "event": {"text": "Fever"},
        "subject": {"reference": f"Patient/{patient}"},
        "date": "2024-03-05",
        "suspectEntity": [{"instance": {"reference": f"MedicationAdministration/{suspect}"}, "causality": [judged]}],
    }


@pytest.mark.parametrize(("medication", "codes"), [(CELLS, ["C53257"]), ({"text": "Fludarabine"}, [])])
def test_a_judgement_counts_where_the_suspect_is_the_cells(
    embedded: Client, medication: Json, codes: list[str]
) -> None:
    patient = embedded.subject()
    identifier = embedded.made(event(patient, embedded.made(given(patient, medication))))
    coded = embedded.get(f"/AdverseEvent/{identifier}", prefer="view=coded").json()
    suspects = [item for item in coded["extension"] if item["url"] == f"{GUIDE}/suspect-entity"]
    causes = [part for item in suspects for part in item["extension"] if part["url"] == "causality"]
    judged = [part["valueCodeableConcept"] for cause in causes for part in cause["extension"]]
    assert [concept["coding"][0]["code"] for concept in judged] == codes
