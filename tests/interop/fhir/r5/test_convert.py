"""The finer points of the way from R4 to R5.

https://hl7.org/fhir/R5/diff.html
"""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.dates import parse_date
from app.domain.study import Study
from app.domain.subject import Withdrawal
from app.interop.fhir.draft import Context
from app.interop.fhir.r5.check import MODELS_R5, check_r5
from app.interop.fhir.r5.convert import as_r5, body_as_r5, draft_as_r5
from app.interop.fhir.r5.moves import moves
from app.interop.fhir.r5.write import write_r5, write_r5_study, write_r5_subject
from app.interop.fhir.research_subject import SubjectView, status
from app.interop.fhir.structure import MODELS

from ..full import FULL, VIEW, drafts, every_draft, raw
from ..samples import CONTEXT, accepted, identify, resource

PATIENT = {"reference": "Patient/p"}
PLANNED = "https://engraft.example.org/fhir/StructureDefinition/planned-dose"
# Elements of R4 that R5 has under another name or in another form by a function of their resource, not by the table.
BY_FUNCTION = {
    "AdverseEvent": {"severity"},
    "ResearchStudy": {"arm", "enrollment"},
    "ResearchSubject": {"assignedArm", "actualArm"},
}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_no_element_of_r4_is_forgotten(name: str) -> None:
    """Elements that R5 no longer has are in the table; by the models of both releases."""
    gone = set(MODELS[name].elements_sequence()) - set(MODELS_R5[name].elements_sequence())  # type: ignore[attr-defined]
    assert gone - {element for type_, element in moves() if type_ == name} == BY_FUNCTION.get(name, set())


def test_the_table_names_elements_that_exist() -> None:
    for (name, element), move in moves().items():
        assert element in MODELS[name].elements_sequence(), (name, element)  # type: ignore[attr-defined]
        known = MODELS_R5[name].elements_sequence()  # type: ignore[attr-defined]
        assert move.r5 is None or move.r5 in known, (name, move)
        assert move.r5 is not None or move.argument, (name, element)


def test_nothing_is_changed_that_was_given() -> None:
    for draft in every_draft():
        given_ = resource(draft)
        before = copy.deepcopy(given_)
        as_r5(given_)
        assert given_ == before


def test_everything_with_every_field_is_legal() -> None:
    for draft in every_draft():
        assert check_r5(resource(draft_as_r5(draft))) == [], draft.type


def administration(dose: str | None, planned: str | None, code: str = "10*6/kg") -> dict[str, Any]:
    body: dict[str, Any] = {"status": "completed", "medicationCodeableConcept": {"text": "cells"}}
    if dose is not None:
        body["dosage"] = {"dose": {"value": Decimal(dose), "code": "10*6/kg"}}
    if planned is not None:
        body["extension"] = [{"url": PLANNED, "valueQuantity": {"value": Decimal(planned), "code": code}}]
    return body_as_r5("MedicationAdministration", body)


@pytest.mark.parametrize(
    ("dose", "planned", "less"),
    [("1.9", "2", True), ("2.00", "2", False), ("2.1", "2", False), (None, "2", None), ("1", None, None)],
)
def test_less_than_planned_is_subpotent(dose: str | None, planned: str | None, less: bool | None) -> None:
    assert administration(dose, planned).get("isSubPotent") is less


def test_doses_in_different_units_are_not_compared() -> None:
    assert "isSubPotent" not in administration("1", "140", code="10*6")


def test_an_event_without_a_status_is_unknown() -> None:
    body = body_as_r5("AdverseEvent", {"actuality": "actual", "subject": {"reference": "Patient/p"}})
    assert body["status"] == "unknown"


def test_judgements_of_r4_become_one() -> None:
    """R4 has any number of judgements on a suspect, R5 one."""
    causality = [{"productRelatedness": "likely", "method": {"text": "M"}}, {"productRelatedness": "no"}]
    body = {"actuality": "actual", "suspectEntity": [{"instance": {"reference": "Device/d"}, "causality": causality}]}
    assert body_as_r5("AdverseEvent", body)["suspectEntity"] == [
        {
            "instanceReference": {"reference": "Device/d"},
            "causality": {"assessmentMethod": {"text": "M"}, "entityRelatedness": {"text": "likely"}},
        }
    ]


def test_who_took_part_is_there_from_both_sources() -> None:
    """R4's contributors, and the participants of the guide's backport."""
    url = "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/participant"
    part = {"url": url, "extension": [{"url": "actor", "valueReference": PATIENT}]}
    body = {"actuality": "actual", "contributor": [{"reference": "Device/d"}], "extension": [part]}
    participants = body_as_r5("AdverseEvent", body)["participant"]
    assert participants == [{"actor": {"reference": "Device/d"}}, {"actor": PATIENT}]


@pytest.mark.parametrize("name", ["ResearchStudy", "ResearchSubject"])
def test_a_status_that_is_only_an_extension_breaks_nothing(name: str) -> None:
    """FHIR allows a primitive to have extensions in place of its value."""
    assert body_as_r5(name, {"_status": {"extension": [{"url": "http://e.org", "valueCode": "x"}]}})["status"]


def test_the_suspect_is_the_product_where_it_is_known() -> None:
    context = Context("study-1", "patient-1", "research-subject-1", identify, product="bdp-1")
    record = accepted(raw("adverse_event", {"term": "Fever", "relatedness": "related"}))
    (event,) = write_r5(record, context)
    (suspect,) = event.body["suspectEntity"]
    assert suspect["instanceReference"] == {"reference": "BiologicallyDerivedProduct/bdp-1"}
    assert check_r5(resource(event)) == []
    (event,) = write_r5(record, CONTEXT)
    assert event.body["suspectEntity"][0]["instanceReference"] == {"reference": "ResearchStudy/study-1"}


def test_profiles_of_r4_are_not_claimed_in_r5() -> None:
    meta = {"versionId": "1", "profile": ["http://example.org/only-r4"]}
    patient = {"resourceType": "Patient", "id": "p", "meta": meta}
    assert as_r5(patient) == {"resourceType": "Patient", "id": "p", "meta": {"versionId": "1"}}


def test_a_contained_resource_is_converted_too() -> None:
    inner = {"resourceType": "Procedure", "id": "i", "status": "completed", "performedDateTime": "2024"}
    assert body_as_r5("Patient", {"contained": [inner]})["contained"][0]["occurrenceDateTime"] == "2024"


def test_one_proof_has_its_concept_and_its_reference_together() -> None:
    one = {"code": [{"text": "a"}], "detail": [{"reference": "Observation/o"}]}
    several = {"code": [{"text": "a"}, {"text": "b"}], "detail": [{"reference": "Observation/o"}]}
    proofs = body_as_r5("Condition", {"evidence": [one, several]})["evidence"]
    assert proofs[0] == {"concept": {"text": "a"}, "reference": {"reference": "Observation/o"}}
    assert [list(proof) for proof in proofs[1:]] == [["concept"], ["concept"], ["reference"]]


def subject(view: SubjectView) -> dict[str, Any]:
    return write_r5_subject(view, "s-1", "p-1")[1].body


def test_the_steps_of_a_subject() -> None:
    view = replace(VIEW, withdrawal=None, death=None, dead=False)
    body = subject(view)
    assert body["status"] == "active"
    assert "extension" not in body or [item["url"].rpartition("/")[2] for item in body["extension"]] == ["site"]
    assert [
        (
            step["type"]["coding"][0]["code"],
            (step.get("subjectState") or step["milestone"])["coding"][0]["code"],
            step["startDate"],
        )
        for step in body["progress"]
    ] == [
        ("Milestone", "C16735", "2023-10-01"),
        ("Enrollment", "on-study-intervention", "2024-03-01"),
        ("Enrollment", "follow-up", "2024-04-01"),
        ("Enrollment", "off-study", "2025-02-01"),
    ]


def test_a_state_without_a_step_is_a_step_without_a_day() -> None:
    view = replace(VIEW, withdrawal=None, death=None, dead=False, off_study=None, infused=None, state=None)
    last = subject(view)["progress"][-1]
    assert last["subjectState"]["coding"][0]["code"] == "on-study"
    assert "startDate" not in last


@pytest.mark.parametrize(("arm", "link"), [("DL2", "DL2"), ("10^6/kg", "10-6-kg")])
def test_an_arm_is_an_id_in_r5(arm: str, link: str) -> None:
    """R5 5.0.0 types assignedComparisonGroup as id; the arm of the study gets the same link."""
    assert subject(replace(VIEW, strata={"dose_level": arm}))["assignedComparisonGroup"] == link
    (group,) = body_as_r5("ResearchStudy", {"status": "active", "arm": [{"name": arm}]})["comparisonGroup"]
    assert group == {"linkId": link, "name": arm}


@pytest.mark.parametrize(("r4", "r5"), [("active", "active"), ("in-review", "active"), ("completed", "retired")])
def test_how_a_study_stands_is_its_progress(r4: str, r5: str) -> None:
    body = body_as_r5("ResearchStudy", {"status": r4})
    (progress,) = body["progressStatus"]
    assert body["status"] == r5
    assert progress["state"]["coding"] == [{"system": "http://hl7.org/fhir/research-study-status", "code": r4}]


def test_a_study() -> None:
    study = write_r5_study("gdt-1", Study(title="A trial", definition="gdt-relapse"))
    assert study.body["title"] == "A trial"
    assert check_r5(resource(study)) == []


DAYS = st.sampled_from(["2023", "2023-05", "2023-05-06", "2024-02-29T10:00:00+01:00"]).map(parse_date) | st.none()
STATES = ["candidate", "screening", "on-study", "follow-up", "off-study", "withdrawn", None]
VIEWS = st.builds(
    replace,
    st.just(VIEW),
    consent=DAYS,
    withdrawal=st.none() | st.builds(Withdrawal, date=DAYS.filter(bool), scope=st.sampled_from(["treatment", None])),
    state=st.sampled_from(STATES),
    state_date=DAYS,
    infused=DAYS,
    off_study=DAYS,
    dead=st.booleans(),
    death=DAYS,
    strata=st.sampled_from([{}, {"dose_level": "10^6/kg"}]),
)


@settings(max_examples=200, deadline=None)
@given(VIEWS)
def test_every_subject_is_legal_and_ends_in_its_present_state(view: SubjectView) -> None:
    patient, member = write_r5_subject(view, "s-1", "p-1")
    assert check_r5(resource(patient)) + check_r5(resource(member)) == []
    assert member.body["progress"][-1]["subjectState"]["coding"][0]["code"] == status(view)


def test_the_full_records_are_of_every_type_that_has_resources() -> None:
    assert {draft.type for kind, several in FULL.items() for one in several for draft in drafts(kind, one)} | {
        "Patient",
        "ResearchSubject",
        "ResearchStudy",
    } == set(MODELS)
