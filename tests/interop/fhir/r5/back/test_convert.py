"""The way back from R5: what our writers emit comes back as it was, and what others wrote becomes legal R4.

https://hl7.org/fhir/R5/diff.html
"""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from app.domain.records import read_record
from app.domain.study import Study
from app.interop.fhir.check import check
from app.interop.fhir.draft import Context, Draft
from app.interop.fhir.r5.back.convert import as_r4
from app.interop.fhir.r5.convert import as_r5
from app.interop.fhir.research_study import write_research_study
from app.interop.fhir.research_subject import SubjectView
from app.interop.fhir.structure import MODELS
from app.interop.fhir.write import write
from tests.properties.random_records import kept

from ...full import every_draft, subject_drafts
from ...samples import CONTEXT, accepted, golden, golden_names, identify, resource
from ..test_convert import VIEWS
from ..test_official import examples, names

# R5 has no such reference: the patient and the study say who it is.
LOST = "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/research-subject-ref"
WITH_PRODUCT = Context("study-1", "patient-1", "research-subject-1", identify, product="bdp-1")
# What cannot be legal R4, and where: samples with another period, contained resources of types that are not ours,
# references that R4 does not allow there, and those that HL7's own examples get wrong.
NOT_LEGAL = {
    "Observation-ekg.json": {"component"},
    "Observation-vp-oyster.json": {"contained"},
    "Procedure-ambulation.json": {"performer"},
    "Procedure-example-implant.json": {"contained"},
    "ResearchSubject-example-crossover-placebo-to-drug.json": {"study", "individual"},
    "BiologicallyDerivedProduct-allogeneicHCT.json": {"request"},
    "BiologicallyDerivedProduct-autologousHCT.json": {"request"},
    "MedicationAdministration-medadmin0302.json": {"contained"},
    "MedicationAdministration-medadmin0307.json": {"contained"},
    "MedicationAdministration-medadmin0309.json": {"contained"},
    "AdverseEvent-clinical-research-ae-example-medwatch-patient-report.json": {"suspectEntity"},
}


def sorted_extensions(node: Any) -> Any:
    """Extensions are a set: their order means nothing."""
    if isinstance(node, list):
        return [sorted_extensions(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: sorted_extensions(value) for name, value in node.items()}
    for name in ("extension", "modifierExtension"):
        if name in found:
            found[name] = sorted(found[name], key=lambda item: msgspec.json.encode(item, order="deterministic"))
    return found


def without_lost(node: dict[str, Any]) -> dict[str, Any]:
    kept_ = [item for item in node.get("extension", []) if item["url"] != LOST]
    rest = {name: value for name, value in node.items() if name != "extension"}
    return {**rest, "extension": kept_} if kept_ else rest


def comes_back(draft: Draft) -> None:
    whole = resource(draft)
    assert sorted_extensions(as_r4(as_r5(whole))) == sorted_extensions(without_lost(whole))


@pytest.mark.parametrize("name", golden_names())
def test_the_golden_resources_come_back(name: str) -> None:
    for draft in write(accepted(golden(name)["record"]), CONTEXT):
        comes_back(draft)


def test_everything_with_every_field_comes_back() -> None:
    for draft in [*every_draft(), write_research_study("gdt-1", Study(title="A trial", definition="gdt-relapse"))]:
        comes_back(draft)


@settings(max_examples=200, deadline=None)
@given(kept())
def test_whatever_is_recorded_comes_back(raw: dict[str, Any]) -> None:
    found = read_record(raw)
    if not isinstance(found, tuple):
        for draft in write(found, WITH_PRODUCT):
            comes_back(draft)


@settings(max_examples=200, deadline=None)
@given(VIEWS)
def test_every_subject_comes_back(view: SubjectView) -> None:
    for draft in subject_drafts(view):
        comes_back(draft)


@pytest.mark.parametrize(("folder", "name"), names("hl7-r5", "vulcan-ae-r5"))
def test_what_is_published_as_r5_becomes_legal_r4(folder: str, name: str) -> None:
    published = examples(folder)[name]
    before = copy.deepcopy(published)
    issues = {issue.path.partition("[")[0].partition(".")[0] for issue in check(as_r4(published))}
    assert issues == NOT_LEGAL.get(name, set())
    assert published == before


PATIENT = {"reference": "Patient/p"}
PRODUCT = {"reference": "BiologicallyDerivedProduct/b"}


def back(resource_type: str, **elements: Any) -> dict[str, Any]:
    return as_r4({"resourceType": resource_type, **elements})


def url(extension: dict[str, Any]) -> str:
    found: str = extension["url"].rpartition("/")[2]
    return found


def test_a_concept_and_a_reference_go_their_own_ways() -> None:
    concept, reference = {"text": "C"}, {"reference": "Condition/c"}
    found = back(
        "Procedure", status="completed", subject=PATIENT, reason=[{"concept": concept, "reference": reference}]
    )
    assert (found["reasonCode"], found["reasonReference"]) == ([concept], [reference])


def test_of_several_where_r4_has_room_for_one_the_first_is_kept() -> None:
    found = back(
        "AdverseEvent", status="completed", actuality="actual", subject=PATIENT, outcome=[{"text": "a"}, {"text": "b"}]
    )
    assert found["outcome"] == {"text": "a"}


def test_a_reference_that_r4_does_not_allow_is_an_extension_of_the_guide() -> None:
    condition, observation = {"reference": "Condition/c"}, {"reference": "Observation/o"}
    found = back("AdverseEvent", actuality="actual", subject=PATIENT, resultingEffect=[condition, observation])
    assert found["resultingCondition"] == [condition]
    assert [(url(item), item["valueReference"]) for item in found["extension"]] == [("resultingEffect", observation)]


def test_who_took_part() -> None:
    doctor, other = {"actor": {"reference": "Practitioner/d"}}, {"actor": PATIENT}
    found = back("AdverseEvent", actuality="actual", subject=PATIENT, participant=[doctor, other])
    assert found["contributor"] == [doctor["actor"]]
    assert [part["valueReference"] for part in found["extension"][0]["extension"]] == [PATIENT]


def test_a_medication_is_suspected_in_r4_itself() -> None:
    entity = {
        "instanceReference": {"reference": "Medication/m"},
        "causality": {"entityRelatedness": {"text": "likely"}},
    }
    found = back("AdverseEvent", actuality="actual", subject=PATIENT, suspectEntity=[entity])
    assert found["suspectEntity"] == [
        {"instance": {"reference": "Medication/m"}, "causality": [{"productRelatedness": "likely"}]}
    ]


def test_the_end_of_an_event_is_an_extension() -> None:
    found = back(
        "AdverseEvent", actuality="actual", subject=PATIENT, occurrencePeriod={"start": "2024-01", "end": "2024-02"}
    )
    assert found["date"] == "2024-01"
    assert [(url(item), item["valueDateTime"]) for item in found["extension"]] == [("resolve-date", "2024-02")]


@pytest.mark.parametrize(("code", "said"), [("unknown", False), ("active", True)])
def test_an_unknown_clinical_status_is_not_said(code: str, said: bool) -> None:
    status = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": code}]}
    assert ("clinicalStatus" in back("Condition", clinicalStatus=status, subject=PATIENT)) is said


def test_a_medication_is_one_thing() -> None:
    both = {"concept": {"text": "cells"}, "reference": {"reference": "Medication/m"}}
    found = back(
        "MedicationAdministration", status="completed", medication=both, subject=PATIENT, occurenceDateTime="2024"
    )
    assert check(found) == []
    assert found["medicationCodeableConcept"] == {"text": "cells"}


@pytest.mark.parametrize(
    ("progress", "publication", "status"),
    [
        (["recruiting"], "active", "active"),
        (["terminated"], "retired", "administratively-completed"),
        (["no-such-code"], "retired", "completed"),
        ([], "draft", "in-review"),
        ([], "unknown", None),
    ],
)
def test_how_a_study_stands(progress: list[str], publication: str, status: str | None) -> None:
    steps = [{"state": {"coding": [{"code": code}]}} for code in progress]
    found = back("ResearchStudy", status=publication, **({"progressStatus": steps} if steps else {}))
    assert found.get("status") == status
    assert ("_status" in found) is (status is None)
    assert check(found) == []


def step(state: str, **more: str) -> dict[str, Any]:
    return {"subjectState": {"coding": [{"code": state}]}, **more}


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([step("screening"), step("on-study")], "on-study"),
        ([step("on-study"), step("screening", startDate="2024", endDate="2025")], "on-study"),
        ([], None),
    ],
)
def test_the_present_state_of_a_subject(steps: list[dict[str, Any]], status: str | None) -> None:
    study = {"reference": "ResearchStudy/s"}
    found = back(
        "ResearchSubject", status="active", study=study, subject=PATIENT, **({"progress": steps} if steps else {})
    )
    assert found.get("status") == status
    assert check(found) == []


def test_what_r4_does_not_know_is_left_out_at_any_depth() -> None:
    component = {"code": {"text": "c"}, "valueReference": PATIENT}
    found = back("Observation", status="final", code={"text": "o"}, triggeredBy=[], component=[component])
    assert found == {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "o"},
        "component": [{"code": {"text": "c"}}],
    }


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_resource_of_each_type_needs_nothing_but_its_type(name: str) -> None:
    assert as_r4({"resourceType": name})["resourceType"] == name


def test_a_procedure_uses_the_first_product() -> None:
    used = [{"reference": {"reference": "Device/d"}}, {"reference": PRODUCT}, {"concept": {"text": "u"}}]
    found = back("Procedure", status="completed", subject=PATIENT, used=used)
    assert (found["usedReference"], found["usedCode"]) == ([{"reference": "Device/d"}], [{"text": "u"}])
    assert [item["valueReference"] for item in found["extension"]] == [PRODUCT]
