"""AdverseEvents: what the guide requires, and what must not be said.

http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/AdverseEvent-clinical-research
"""

from __future__ import annotations

from typing import Any

import pytest

from app.interop.fhir.draft import Draft
from app.interop.fhir.write import write

from .samples import CONTEXT, record

GUIDE = "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/"
COMPLETE: dict[str, Any] = {"grade": 2, "serious": False, "outcome": "recovered"}


def written(**fields: Any) -> Draft:
    (draft,) = write(record(type="adverse_event", **{"term": "Fever", **fields}), CONTEXT)
    return draft


def extensions(draft: Draft, name: str) -> list[Any]:
    return [item for item in draft.body["extension"] if item["url"].endswith(f"/{name}")]


def grade_code(draft: Draft) -> str | None:
    found = extensions(draft, "ae-grade")
    return found[0]["valueCodeableConcept"]["coding"][0]["code"] if found else None


@pytest.mark.parametrize(("grade", "code"), [(1, "C41338"), (2, "C41339"), (3, "C41340"), (4, "C41337"), (5, "C48275")])
def test_grades_have_the_codes_of_the_research_guide(grade: int, code: str) -> None:
    assert grade_code(written(grade=grade)) == code


@pytest.mark.parametrize(
    ("history", "grade", "code"),
    [
        ([1, 3, 0], 1, "C41340"),
        ([1], 2, "C41339"),
        ([2], None, "C41339"),
        ([0], None, None),
        ([], None, None),
    ],
)
def test_the_worst_grade_is_the_grade(history: list[int], grade: int | None, code: str | None) -> None:
    changes = [{"date": f"2024-03-0{day + 1}", "grade": value} for day, value in enumerate(history)]
    assert grade_code(written(grade=grade, grade_history=changes)) == code


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"end": "2024-03-01"}, "completed"),
        ({"ongoing": False}, "completed"),
        ({"outcome": "fatal"}, "completed"),
        ({"outcome": "recovered"}, "completed"),
        ({"outcome": "recovered-with-sequelae"}, "completed"),
        ({"outcome": "recovering"}, "in-progress"),
        ({"ongoing": True}, "in-progress"),
        ({"outcome": "not-recovered"}, "in-progress"),
        ({"outcome": "unknown"}, "unknown"),
        ({}, "unknown"),
        ({"end": "2024-03-01", "status": "entered-in-error"}, "entered-in-error"),
    ],
)
def test_the_status_is_a_modifier_extension(fields: dict[str, Any], status: str) -> None:
    assert written(**fields).body["modifierExtension"] == [{"url": f"{GUIDE}status", "valueCode": status}]


@pytest.mark.parametrize(
    ("fields", "claimed"),
    [
        (COMPLETE, True),
        ({**COMPLETE, "serious": True}, False),
        ({**COMPLETE, "serious": True, "seriousness_criteria": ["death"]}, True),
        ({**COMPLETE, "serious": True, "seriousness_criteria": ["a word nobody knows"]}, False),
        ({**COMPLETE, "serious": None}, False),
        ({**COMPLETE, "outcome": None}, False),
        ({**COMPLETE, "outcome": "unknown"}, False),
        ({**COMPLETE, "outcome": "a word nobody knows"}, False),
    ],
)
def test_the_profile_is_claimed_only_where_it_is_met(fields: dict[str, Any], claimed: bool) -> None:
    assert (written(**fields).profile == f"{GUIDE}AdverseEvent-clinical-research") is claimed


def test_seriousness_is_lower_case_and_absent_where_nothing_was_recorded() -> None:
    assert written(serious=False).body["seriousness"]["coding"][0]["code"] == "non-serious"
    assert written(seriousness_criteria=["disability"]).body["seriousness"]["coding"][0]["code"] == "serious"
    assert "seriousness" not in written().body


def test_a_non_serious_event_has_no_criteria() -> None:
    assert extensions(written(serious=False), "seriousness-criteria") == []


@pytest.mark.parametrize(
    ("word", "guide", "r4"),
    [
        ("recovered", "C49498", "resolved"),
        ("recovering", "C49496", "recovering"),
        ("not-recovered", "C49494", "ongoing"),
        ("recovered-with-sequelae", "C49495", "resolvedWithSequelae"),
        ("fatal", "C48275", "fatal"),
    ],
)
def test_an_outcome_has_the_codings_of_the_guide_and_of_r4(word: str, guide: str, r4: str) -> None:
    assert [coding["code"] for coding in written(outcome=word).body["outcome"]["coding"]] == [guide, r4]


def test_an_unknown_outcome_has_the_r4_code_alone() -> None:
    (coding,) = written(outcome="unknown").body["outcome"]["coding"]
    assert coding["system"] == "http://terminology.hl7.org/CodeSystem/adverse-event-outcome"


@pytest.mark.parametrize(
    ("word", "code"), [("related", "C53260"), ("possible", "C53258"), ("unlikely", "C53257"), ("unrelated", "C53256")]
)
def test_relatedness_is_the_causality_of_the_study_as_suspect(word: str, code: str) -> None:
    (suspect,) = extensions(written(relatedness=word), "suspect-entity")
    instance, causality = suspect["extension"]
    assert instance == {"url": "instance", "valueReference": {"reference": "ResearchStudy/study-1"}}
    assert causality["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == code


def test_without_relatedness_nothing_is_suspected() -> None:
    assert extensions(written(), "suspect-entity") == []


@pytest.mark.parametrize(
    ("sent", "written_as"),
    [("5.0", "5.0"), ("v5.0", "5.0"), ("4.03", "4.03"), ("CTCAE five, says Mr Example", None), ("5.0\n", None)],
)
def test_the_ctcae_version_is_a_version_or_nothing(sent: str, written_as: str | None) -> None:
    draft = record(type="adverse_event", term="Fever").model_copy(update={"ctcae_version": sent})
    found = extensions(write(draft, CONTEXT)[0], "ctcae-version")
    assert [item["valueString"] for item in found] == ([written_as] if written_as else [])


def test_a_code_that_is_not_in_the_tables_is_not_written() -> None:
    event = written(code={"system": "https://www.meddra.org", "code": "99999999"}).body["event"]
    assert [coding["code"] for coding in event["coding"]] == ["C143485"]


def test_the_code_decides_and_the_verbatim_stays_away() -> None:
    event = written(term="hot as Mr Example", code={"system": "https://www.meddra.org", "code": "10016558"}).body[
        "event"
    ]
    assert event["text"] == "Fever"
    assert {"system": "https://www.meddra.org", "code": "10016558"} in event["coding"]
