"""The check of a resource: what it finds, and that it never echoes a value.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interop.fhir.check import check
from app.interop.fhir.rules import MAX_DEPTH, rules

OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "o-1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}]},
    "subject": {"reference": "Patient/p-1"},
    "effectiveDateTime": "2024-03",
    "valueQuantity": {"value": Decimal("1.50"), "comparator": "<"},
}
CONDITION: dict[str, Any] = {"resourceType": "Condition", "subject": {"reference": "Patient/p-1"}}
ADMINISTRATION: dict[str, Any] = {
    "resourceType": "MedicationAdministration",
    "status": "completed",
    "medicationCodeableConcept": {"text": "cells"},
    "subject": {"reference": "Patient/p-1"},
    "effectiveDateTime": "2024-03-01",
}
STATUS = "http://terminology.hl7.org/CodeSystem/condition-"
SECRET = "Erika Mustermann"


def found(resource: dict[str, Any]) -> set[tuple[str, str]]:
    return {(issue.path, issue.code) for issue in check(resource)}


def observation(**changes: Any) -> dict[str, Any]:
    changed = {**OBSERVATION, **changes}
    return {name: value for name, value in changed.items() if value is not ...}


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": STATUS + system, "code": code}]}


def test_a_good_resource_has_no_issue_and_is_not_changed() -> None:
    before = copy.deepcopy(OBSERVATION)
    assert check(OBSERVATION) == []
    assert before == OBSERVATION


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"status": "bogus"}, "status", "code-invalid"),
        ({"status": ["final"]}, "status", "structure"),
        ({"status": ...}, "status", "required"),
        ({"code": ...}, "code", "required"),
        ({"nickname": "x"}, "nickname", "structure"),
        ({"valueString": "x"}, "", "structure"),
        ({"code": {"coding": "x"}}, "code.coding", "structure"),
        ({"code": {"coding": [{"system": "http://loinc .org"}]}}, "code.coding[0].system", "value"),
        ({"effectiveDateTime": "2024-02-30"}, "effectiveDateTime", "value"),
        ({"effectiveDateTime": "2024-03-01T10:00"}, "effectiveDateTime", "value"),
        ({"effectiveDateTime": 1709280000}, "effectiveDateTime", "structure"),
        (
            {"effectiveDateTime": ..., "effectivePeriod": {"start": "2024-03-02", "end": "2024-03-01"}},
            "effectivePeriod",
            "invariant",
        ),
        ({"id": "a b"}, "id", "value"),
        ({"id": "a" * 65}, "id", "value"),
        ({"id": ""}, "id", "value"),
        ({"subject": {"reference": "not a reference at all"}}, "subject.reference", "value"),
        ({"subject": {"reference": "Practitioner/1"}}, "subject.reference", "value"),
        ({"subject": {"reference": "https://example.org/fhir/Practitioner/1"}}, "subject.reference", "value"),
        (
            {"hasMember": [{"reference": "Observation/1"}, {"reference": "Patient/1"}]},
            "hasMember[1].reference",
            "value",
        ),
        ({"focus": [{"reference": 5}]}, "focus[0].reference", "structure"),
        ({"valueQuantity": {"value": "1.5"}}, "valueQuantity.value", "structure"),
        ({"valueQuantity": {"value": True}}, "valueQuantity.value", "value"),
        ({"valueQuantity": {"value": 1, "comparator": "~"}}, "valueQuantity.comparator", "code-invalid"),
        ({"valueQuantity": ..., "valueBoolean": "true"}, "valueBoolean", "structure"),
        ({"referenceRange": [{"low": {"value": "1"}}]}, "referenceRange[0].low.value", "structure"),
        ({"referenceRange": [{"type": {"text": "normal"}}]}, "referenceRange", "invariant"),
        ({"dataAbsentReason": {"text": "x"}}, "dataAbsentReason", "invariant"),
        ({"component": [{"code": OBSERVATION["code"], "valueInteger": 1}]}, "component", "invariant"),
        ({"component": [{"valueInteger": 1}]}, "component[0].code", "required"),
        ({"note": []}, "note", "structure"),
        ({"note": None}, "note", "structure"),
        ({"specimen": {}}, "specimen", "structure"),
        ({"extension": [{"valueString": "x"}]}, "extension[0].url", "required"),
        ({"contained": [{"resourceType": "Foo", "id": "a"}]}, "contained", "structure"),
        ({"extension": [{"url": "http://example.org", "valueUrl": 3}]}, "", "structure"),
        ({"contained": [{"resourceType": "Patient", "gender": "x"}]}, "contained[0].gender", "code-invalid"),
        ({"contained": [{"resourceType": None}]}, "contained", "structure"),
        (
            {"extension": [{"url": "http://example.org", "valueReference": {"reference": "nobody"}}]},
            "extension[0].valueReference.reference",
            "value",
        ),
        ({"text": {"status": "bogus", "div": "<div>x</div>"}}, "text.status", "code-invalid"),
    ],
)
def test_one_fault_is_found_at_its_place(changes: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in found(observation(**changes))


def test_a_component_may_have_a_code_of_another_system() -> None:
    """obs-7 compares codes with their systems."""
    other = {"coding": [{"system": "http://example.org", "code": "751-8"}]}
    assert check(observation(component=[{"code": other, "valueInteger": 1}])) == []


def test_an_issue_tells_what_is_legal() -> None:
    (issue,) = check({**CONDITION, "subject": {"reference": "Device/1"}})
    assert (issue.message, issue.expected) == ("a reference to a wrong type", "Patient, Group")


@pytest.mark.parametrize(
    "reference",
    ["Patient/p-1", "Patient/p-1/_history/2", "https://example.org/fhir/Patient/p-1", "#p", "urn:uuid:" + "0" * 36],
)
def test_references_of_every_kind_are_taken(reference: str) -> None:
    assert check(observation(subject={"reference": reference})) == []


def test_a_reference_may_be_an_identifier_alone() -> None:
    assert check(observation(subject={"identifier": {"value": "A-001"}, "display": "subject"})) == []


def test_a_missing_status_may_be_told_by_an_extension() -> None:
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]
    }
    assert check(observation(status=..., _status=absent)) == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"clinicalStatus": concept("clinical", "bogus")}, "clinicalStatus"),
        ({"verificationStatus": concept("ver-status", "bogus")}, "verificationStatus"),
        ({"abatementDateTime": "2024"}, "clinicalStatus"),
        ({"abatementDateTime": "2024", "clinicalStatus": concept("clinical", "active")}, "clinicalStatus"),
        (
            {
                "clinicalStatus": concept("clinical", "active"),
                "verificationStatus": concept("ver-status", "entered-in-error"),
            },
            "clinicalStatus",
        ),
    ],
)
def test_invariants_of_a_condition(changes: dict[str, Any], path: str) -> None:
    assert path in {issue.path for issue in check({**CONDITION, **changes})}


@pytest.mark.parametrize("status", ["resolved", "remission", "inactive"])
def test_a_condition_that_is_over_may_have_abated(status: str) -> None:
    assert check({**CONDITION, "abatementDateTime": "2024", "clinicalStatus": concept("clinical", status)}) == []


def test_a_dosage_needs_a_dose_or_a_rate() -> None:
    assert check({**ADMINISTRATION, "dosage": {"dose": {"value": 1}}}) == []
    (issue,) = check({**ADMINISTRATION, "dosage": {"route": {"text": "iv"}}})
    assert (issue.path, issue.code, issue.message) == ("dosage", "invariant", "a dosage needs a dose or a rate (mad-1)")


def test_outcomes_of_the_research_guide_are_taken() -> None:
    nci = {"coding": [{"system": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "code": "C49498"}]}
    event = {"resourceType": "AdverseEvent", "actuality": "actual", "subject": {"reference": "Patient/p-1"}}
    assert check({**event, "outcome": nci}) == []
    assert found({**event, "severity": nci}) == {("severity", "code-invalid")}


@pytest.mark.parametrize("resource", [{}, {"resourceType": "Basic"}, {"resourceType": ["Patient"]}])
def test_a_type_that_is_not_ours_is_refused(resource: dict[str, Any]) -> None:
    (issue,) = check(resource)
    assert (issue.path, issue.code) == ("resourceType", "not-supported")
    assert "ResearchSubject" in str(issue.expected)


def test_depth_has_an_end() -> None:
    node: dict[str, Any] = {"url": "http://example.org", "valueString": "x"}
    for _ in range(5000):
        node = {"url": "http://example.org", "extension": [node]}
    assert "too-costly" in {issue.code for issue in check(observation(extension=[node]))}
    assert MAX_DEPTH < 100


def test_values_are_never_echoed() -> None:
    bad = observation(
        id=SECRET + "!",
        status=SECRET,
        subject={"reference": SECRET},
        effectiveDateTime=SECRET,
        valueQuantity={"value": SECRET, "comparator": SECRET},
        note=SECRET,
        **{SECRET: {SECRET: SECRET}},
    )
    issues = check(bad)
    assert len(issues) >= 5
    assert SECRET not in json.dumps([issue.as_json() for issue in issues])
    assert "Erika" not in repr(issues)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("Patient/1"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["coding", "code", "value", "reference", "extension", "url", "start", "end", "resourceType"]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
elements = [
    "status",
    "code",
    "subject",
    "contained",
    "component",
    "valueQuantity",
    "effectivePeriod",
    "extension",
    "id",
]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*elements, "referenceRange", "meta", "text"]), json_values, max_size=5))
def test_no_json_makes_it_raise(changes: dict[str, Any]) -> None:
    for issue in check({**OBSERVATION, **changes}):
        assert issue.message


def test_every_row_of_the_table_has_a_reference_to_the_standard() -> None:
    assert len(rules()) > 100
    for rule in rules().values():
        assert (rule.kind in ("code", "concept", "reference")) is bool(rule.values)
