"""Each record type against resources written by hand.

https://hl7.org/fhir/R4/ and the research guide's examples
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.records import RECORD_TYPES
from app.interop.fhir.check import check
from app.interop.fhir.draft import Draft
from app.interop.fhir.write import write

from .samples import CONTEXT, GOLDEN, accepted, digits, encoded, golden, golden_names, identify, resource


def written(name: str) -> list[Draft]:
    return write(accepted(golden(name)["record"]), CONTEXT)


def expected(name: str) -> list[Any]:
    resources: list[Any] = digits((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))["resources"]
    return resources


@pytest.mark.parametrize("name", golden_names())
def test_resources_are_those_written_by_hand(name: str) -> None:
    found = []
    for draft in written(name):
        body = digits(encoded(draft))
        for element in ("resourceType", "id", "meta"):
            del body[element]
        profile = {"profile": draft.profile} if draft.profile else {}
        found.append({"type": draft.type, "role": draft.role, **profile, "body": body})
    assert found == expected(name)


@pytest.mark.parametrize("name", golden_names())
def test_resources_pass_the_check(name: str) -> None:
    assert [issue for draft in written(name) for issue in check(resource(draft))] == []


def test_every_record_type_has_a_golden_file() -> None:
    types = {golden(name)["record"]["type"] for name in golden_names()}
    assert types == set(RECORD_TYPES)


@pytest.mark.parametrize("name", golden_names())
def test_references_inside_a_record_lead_to_its_own_drafts(name: str) -> None:
    drafts = written(name)
    own = {f"{draft.type}/{identify(draft.type, draft.role)}" for draft in drafts}
    others = {"ResearchStudy/study-1", "Patient/patient-1", "ResearchSubject/research-subject-1"}
    for draft in drafts:
        assert set(references(draft.body)) <= own | others


@pytest.mark.parametrize("name", golden_names())
def test_every_resource_names_its_patient_and_its_study(name: str) -> None:
    for draft in written(name):
        assert {"Patient/patient-1", "ResearchStudy/study-1"} <= set(references(draft.body))


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        return (
            [node["reference"]]
            if "reference" in node
            else [item for part in node.values() for item in references(part)]
        )
    return [item for part in node for item in references(part)] if isinstance(node, list) else []


def test_golden_files_are_json_of_the_contract() -> None:
    for name in golden_names():
        assert set(json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))) == {"record", "resources"}
