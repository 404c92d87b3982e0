"""Bundles, outcomes and the capability statement.

https://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir import bundle
from app.interop.fhir.capability import capability_statement
from app.interop.fhir.outcome import from_fault, operation_outcome

BASE = b"https://example.org/fhir"
FORMATS = ["json", "application/fhir+json; fhirVersion=4.0", "application/fhir+json; fhirVersion=5.0"]
PATIENT = b'{"resourceType":"Patient","id":"p-1","birthDate":"1980"}'
# https://hl7.org/fhir/R4/valueset-issue-type.html
ISSUE_TYPE_CODES = set(
    [
        "invalid",
        "structure",
        "required",
        "value",
        "invariant",
        "security",
        "login",
        "unknown",
        "expired",
        "forbidden",
        "suppressed",
        "processing",
        "not-supported",
        "duplicate",
        "multiple-matches",
        "not-found",
        "deleted",
        "too-long",
        "code-invalid",
        "extension",
        "too-costly",
        "business-rule",
        "conflict",
        "transient",
        "lock-error",
        "no-store",
        "exception",
        "timeout",
        "incomplete",
        "throttled",
        "informational",
    ]
)


def joined(head: bytes, *entries: bytes) -> Any:
    end = bundle.FIRST + bundle.NEXT.join(entries) + bundle.TAIL if entries else bundle.EMPTY_TAIL
    parsed = json.loads(head + end)
    Bundle.model_validate(parsed)
    return parsed


def test_a_searchset() -> None:
    head = bundle.head(2, [("self", "https://example.org/fhir/Patient?x=1"), ("next", "https://example.org/2")])
    found = joined(
        head, bundle.entry(BASE, b"Patient/p-1", PATIENT), bundle.entry(BASE, b"Patient/p-1", PATIENT, "include")
    )
    assert found == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 2,
        "link": [
            {"relation": "self", "url": "https://example.org/fhir/Patient?x=1"},
            {"relation": "next", "url": "https://example.org/2"},
        ],
        "entry": [
            {
                "fullUrl": "https://example.org/fhir/Patient/p-1",
                "resource": {"resourceType": "Patient", "id": "p-1", "birthDate": "1980"},
                "search": {"mode": mode},
            }
            for mode in ("match", "include")
        ],
    }


def test_an_empty_bundle_has_no_entry_array() -> None:
    assert joined(bundle.head(None, [])) == {"resourceType": "Bundle", "type": "searchset"}
    assert joined(bundle.head(0, []))["total"] == 0


def test_a_history_with_a_deletion() -> None:
    when = b"2026-03-02T10:00:00Z"
    found = joined(
        bundle.head(3, [], "history"),
        bundle.history_entry(BASE, b"Patient/p-1", b"3", when, "DELETE", None),
        bundle.history_entry(BASE, b"Patient/p-1", b"2", when, "PUT", PATIENT),
        bundle.history_entry(BASE, b"Patient/p-1", b"1", when, "POST", PATIENT),
    )
    assert found["type"] == "history"
    assert [entry["request"] for entry in found["entry"]] == [
        {"method": "DELETE", "url": "Patient/p-1"},
        {"method": "PUT", "url": "Patient/p-1"},
        {"method": "POST", "url": "Patient"},
    ]
    assert [entry["response"]["status"] for entry in found["entry"]] == ["204", "200", "201"]
    assert found["entry"][0]["response"]["etag"] == 'W/"3"'
    assert found["entry"][0]["response"]["lastModified"] == "2026-03-02T10:00:00Z"
    assert ["resource" in entry for entry in found["entry"]] == [False, True, True]


def test_an_operation_outcome() -> None:
    found = json.loads(operation_outcome("error", "not-found", "no such resource", ["Patient.id"]))
    OperationOutcome.model_validate(found)
    assert found == {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": "not-found", "diagnostics": "no such resource", "expression": ["Patient.id"]}
        ],
    }


def test_a_fault_with_issues_names_each_place() -> None:
    issues = (
        Issue("records[0].grade", "value", "not a legal value", "1 to 5"),
        Issue("", "structure", "not an object"),
    )
    found = json.loads(from_fault(Fault(Category.UNPROCESSABLE, "rejected", issues)))
    OperationOutcome.model_validate(found)
    assert found["issue"] == [
        {
            "severity": "error",
            "code": "value",
            "diagnostics": "not a legal value; expected: 1 to 5",
            "expression": ["records[0].grade"],
        },
        {"severity": "error", "code": "structure", "diagnostics": "not an object"},
    ]


@pytest.mark.parametrize("category", list(Category))
def test_every_fault_has_an_issue_type_of_the_standard(category: Category) -> None:
    (issue,) = json.loads(from_fault(Fault(category, "a plain sentence")))["issue"]
    assert issue["code"] in ISSUE_TYPE_CODES
    assert issue["diagnostics"] == "a plain sentence"


def _offered(resources: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    return [(name, one) for name, item in resources.items() for one in item.get("operation", [])]


def test_the_capability_statement_promises_what_is_there() -> None:
    found = json.loads(capability_statement("https://example.org/fhir", "1.0.0", "2026-03-02"))
    CapabilityStatement.model_validate(found)
    assert (found["fhirVersion"], found["format"], found["kind"]) == ("4.0.1", FORMATS, "instance")
    resources = {item["type"]: item for item in found["rest"][0]["resource"]}
    defined = {"CodeSystem", "Measure", "OperationDefinition", "SearchParameter", "StructureDefinition", "ValueSet"}
    defined |= {"Basic", "Subscription"}  # tests/api/fhir/test_subscriptions.py
    assert {name for name in defined if resources.pop(name)} == defined
    made = resources.pop("Provenance")
    assert [interaction["code"] for interaction in made["interaction"]] == ["read", "search-type"]
    group = resources.pop("Group")
    assert [interaction["code"] for interaction in group["interaction"]] == ["read", "search-type"]
    assert set(resources) == {
        "AdverseEvent",
        "BiologicallyDerivedProduct",
        "Condition",
        "MedicationAdministration",
        "Observation",
        "Patient",
        "Procedure",
        "ResearchStudy",
        "ResearchSubject",
    }
    for item in resources.values():
        offered = {"read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create"}
        assert {interaction["code"] for interaction in item["interaction"]} == {*offered, "search-type"}
        assert {"_id", "_lastUpdated", "_profile", "_tag"} <= {one["name"] for one in item["searchParam"]}
        assert (item["versioning"], item["readHistory"], item["updateCreate"]) == ("versioned", True, True)
    ours, standard = "https://engraft.example.org/fhir", "http://hl7.org/fhir"
    guide = f"{standard}/uv/bulkdata/OperationDefinition"
    operations = {(name, one["name"]): one["definition"] for name, one in _offered({**resources, "Group": group})}
    assert {name: one for (name, code), one in operations.items() if code == "everything"} == {
        name: f"{base}/OperationDefinition/{name}-everything"
        for name, base in (("Patient", standard), ("ResearchStudy", ours), ("ResearchSubject", ours))
    }
    assert {name: one for (name, code), one in operations.items() if code == "export"} == {
        "Patient": f"{guide}/patient-export",
        "Group": f"{guide}/group-export",
    }
    assert found["rest"][0]["mode"] == "server"
    assert found["implementation"]["url"] == "https://example.org/fhir"
    assert found["software"]["version"] == "1.0.0"
