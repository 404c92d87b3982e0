"""The check of R5: what it finds that the models let pass.

https://hl7.org/fhir/R5/validation.html
"""

from __future__ import annotations

from typing import Any

import pytest

from app.interop.fhir.check import check
from app.interop.fhir.r5.check import MODELS_R5, check_r5
from app.interop.fhir.r5.convert import as_r5
from app.interop.fhir.r5.moves import TABLES
from app.interop.fhir.rules import rules

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
STATE = "http://terminology.hl7.org/CodeSystem/research-subject-state"
PATIENT = {"reference": "Patient/p"}


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


GOOD: dict[str, dict[str, Any]] = {
    "AdverseEvent": {"status": "completed", "actuality": "actual", "subject": PATIENT},
    "BiologicallyDerivedProduct": {"productCategory": {"code": "cells"}},
    "Condition": {"clinicalStatus": concept(CLINICAL, "unknown"), "subject": PATIENT},
    "MedicationAdministration": {
        "status": "completed",
        "medication": {"concept": {"text": "cells"}},
        "subject": PATIENT,
        "occurenceDateTime": "2024",
    },
    "Observation": {"status": "final", "code": {"text": "x"}},
    "Patient": {"gender": "female"},
    "Procedure": {
        "status": "completed",
        "subject": PATIENT,
        "used": [{"reference": {"reference": "BiologicallyDerivedProduct/b"}}],
    },
    "ResearchStudy": {"status": "active"},
    "ResearchSubject": {"status": "active", "study": {"reference": "ResearchStudy/s"}, "subject": PATIENT},
}


def found(name: str, **changes: Any) -> set[tuple[str, str]]:
    changed = {"resourceType": name, "id": "x", **GOOD[name], **changes}
    return {(issue.path, issue.code) for issue in check_r5({k: v for k, v in changed.items() if v is not ...})}


@pytest.mark.parametrize("name", sorted(MODELS_R5))
def test_a_good_resource_has_no_issue(name: str) -> None:
    assert found(name) == set()


@pytest.mark.parametrize(
    ("name", "changes", "path", "code"),
    [
        ("AdverseEvent", {"status": "resolved"}, "status", "code-invalid"),
        ("AdverseEvent", {"status": ...}, "status", "required"),
        ("AdverseEvent", {"event": {"text": "R4"}}, "event", "structure"),
        ("AdverseEvent", {"subject": {"reference": "Procedure/p"}}, "subject.reference", "value"),
        (
            "AdverseEvent",
            {"suspectEntity": [{"instanceReference": {"reference": "Patient/p"}}]},
            "suspectEntity[0].instanceReference.reference",
            "value",
        ),
        (
            "AdverseEvent",
            {"occurrencePeriod": {"start": "2024-03-02", "end": "2024-03-01"}},
            "occurrencePeriod",
            "invariant",
        ),
        ("Condition", {"clinicalStatus": ...}, "clinicalStatus", "required"),
        ("Condition", {"clinicalStatus": concept(CLINICAL, "dead")}, "clinicalStatus", "code-invalid"),
        ("Condition", {"abatementDateTime": "2024"}, "clinicalStatus", "invariant"),
        ("MedicationAdministration", {"dosage": {"route": {"text": "iv"}}}, "dosage", "invariant"),
        ("MedicationAdministration", {"occurenceDateTime": 2024}, "occurenceDateTime", "structure"),
        ("Observation", {"bodySite": {"text": "a"}, "bodyStructure": PATIENT}, "bodyStructure", "invariant"),
        ("Observation", {"status": "done"}, "status", "code-invalid"),
        ("Patient", {"gender": "f"}, "gender", "code-invalid"),
        ("Procedure", {"performedDateTime": "2024"}, "performedDateTime", "structure"),
        ("Procedure", {"used": [{"reference": PATIENT}]}, "used[0].reference.reference", "value"),
        ("Procedure", {"used": [{"reference": {"reference": "a b"}}]}, "used[0].reference.reference", "value"),
        ("ResearchStudy", {"status": "completed"}, "status", "code-invalid"),
        ("ResearchSubject", {"status": "on-study"}, "status", "code-invalid"),
        (
            "ResearchSubject",
            {"progress": [{"subjectState": concept(STATE, "dead")}]},
            "progress[0].subjectState",
            "code-invalid",
        ),
    ],
)
def test_what_is_wrong_is_found_in_its_place(name: str, changes: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in found(name, **changes)


def test_a_dosage_may_be_in_words_in_r5_and_not_in_r4() -> None:
    """mad-1 of each release."""
    assert found("MedicationAdministration", dosage={"text": "one bag"}) == set()
    body = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": {"text": "cells"},
        "subject": PATIENT,
        "effectiveDateTime": "2024",
        "dosage": {"text": "one bag"},
    }
    assert [issue.path for issue in check(body)] == ["dosage"]
    assert check_r5(as_r5(body)) == []


def test_a_type_of_no_ours() -> None:
    assert [issue.path for issue in check_r5({"resourceType": "Account"})] == ["resourceType"]


def test_the_table_names_elements_of_r5() -> None:
    for rule in rules(TABLES).values():
        name, _, path = rule.element.partition(".")
        if name in MODELS_R5 and path:
            assert path.partition(".")[0] in MODELS_R5[name].elements_sequence()  # type: ignore[attr-defined]
