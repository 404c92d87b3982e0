"""Adverse events as hospitals send them: base R4, and the research guide's examples.

http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/AdverseEvent-clinical-research
"""

from __future__ import annotations

from typing import Any

import pytest

from .hospital import MEDDRA, NCIT, OURS, Json, adverse_event, concept, guide, procedure, reason, record, records

SERIOUSNESS = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
OUTCOME = "http://terminology.hl7.org/CodeSystem/adverse-event-outcome"
SEVERITY = "http://terminology.hl7.org/CodeSystem/adverse-event-severity"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
FEVER = concept((MEDDRA, "10016558"), text="Fieber")


def event(**fields: Any) -> Json:
    code = {"system": MEDDRA, "code": "10016558"}
    return {"type": "adverse_event", "status": "final", "term": "Fieber", "code": code, **fields}


def criterion(code: str, present: bool) -> Json:
    return guide(
        "seriousness-criteria",
        {"url": "criterionCode", "valueCodeableConcept": concept((NCIT, code))},
        {"url": "criterionPresent", "valueBoolean": present},
    )


def suspect(reference: str, code: str) -> Json:
    judged = {"url": "entityRelatedness", "valueCodeableConcept": concept((NCIT, code))}
    instance = {"url": "instance", "valueReference": {"reference": reference}}
    return guide("suspect-entity", instance, {"url": "causality", "extension": [judged]})


def test_base_r4_has_no_grade() -> None:
    sent = adverse_event(
        FEVER,
        date="2024-03-05",
        recordedDate="2024-03-06",
        severity=concept((SEVERITY, "severe")),
        seriousness=concept((SERIOUSNESS, "Serious")),
        outcome=concept((OUTCOME, "resolved")),
    )
    assert record(sent) == event(onset="2024-03-05", recorded="2024-03-06", serious=True, outcome="recovered")


def test_the_guide_s_shape() -> None:
    """C48275 is a grade, a criterion and an outcome; each in its own element."""
    sent = adverse_event(
        FEVER,
        extension=[
            guide("ae-grade", valueCodeableConcept=concept((NCIT, "C48275"))),
            guide("resolve-date", valueDateTime="2024-03-09"),
            criterion("C48275", present=True),
            criterion("C83052", present=False),
            guide("expected-in-research-study", valueBoolean=False),
            suspect("ResearchStudy/s", "C53258"),
        ],
        modifierExtension=[guide("status", valueCode="completed")],
        seriousness=concept((SERIOUSNESS, "serious")),
        outcome=concept((NCIT, "C48275")),
        study=[{"reference": "ResearchStudy/s"}],
    )
    found = record(sent)
    found.pop("ongoing", None)  # the end and the outcome say it already
    assert found == event(
        grade=5,
        end="2024-03-09",
        serious=True,
        seriousness_criteria=["death"],
        expected=False,
        relatedness="possible",
        outcome="fatal",
    )


def test_a_code_of_the_table_has_a_term() -> None:
    assert record(adverse_event(concept((NCIT, "C143485")))) == {
        "type": "adverse_event",
        "status": "final",
        "term": "Fever",
        "code": {"system": NCIT, "code": "C143485"},
    }


def test_words_that_were_withheld_are_no_term() -> None:
    found = record(adverse_event(concept((ABSENT, "masked"), text="term not in the code table")))
    assert found == {"type": "adverse_event", "status": "final"}


def test_in_error() -> None:
    sent = adverse_event(FEVER, modifierExtension=[guide("status", valueCode="entered-in-error")])
    assert record(sent)["status"] == "entered-in-error"


@pytest.mark.parametrize(
    ("resource", "word"),
    [
        (adverse_event(None), "event"),
        (adverse_event(concept(("urn:oid:1.2.3", "Z"))), "event"),
        ({**adverse_event(FEVER), "actuality": "potential"}, "potential"),
        (
            adverse_event(FEVER, modifierExtension=[{"url": "http://example.org/negated", "valueBoolean": True}]),
            "modifier",
        ),
        (adverse_event(FEVER, implicitRules="http://example.org/rules"), "rules"),
    ],
)
def test_what_is_no_event_of_the_trial(resource: Json, word: str) -> None:
    assert word in reason(resource)


def test_a_suspect_that_is_not_the_treatment_says_nothing_of_it() -> None:
    chemotherapy = {"instance": {"reference": "Medication/chemo"}, "causality": [{"productRelatedness": "related"}]}
    assert "relatedness" not in record(adverse_event(FEVER, suspectEntity=[chemotherapy]))
    assert "relatedness" not in record(adverse_event(FEVER, extension=[suspect("Medication/chemo", "C53260")]))


@pytest.mark.parametrize(("written", "word"), [("Unlikely", {"relatedness": "unlikely"}), ("banana", {})])
def test_a_judgement_on_the_infusion(written: str, word: Json) -> None:
    cells = {"instance": {"reference": "Procedure/pr"}, "causality": [{"productRelatedness": written}]}
    found = records(adverse_event(FEVER, suspectEntity=[cells]), procedure(concept((OURS, "donor-gdT-infusion"))))
    assert event(**word) in found


@pytest.mark.parametrize("codes", [("C53257", "C53258"), ("C53258", "C53257")])
def test_of_several_judgements_on_the_treatment_the_strongest_counts(codes: tuple[str, str]) -> None:
    judged = [suspect("ResearchStudy/s", codes[0]), suspect("BiologicallyDerivedProduct/b", codes[1])]
    assert record(adverse_event(FEVER, extension=judged))["relatedness"] == "possible"
