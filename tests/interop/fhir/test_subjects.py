"""Patient, ResearchSubject and ResearchStudy.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.dates import parse_date
from app.domain.study import Site, Study
from app.domain.subject import Withdrawal
from app.interop.fhir.check import check
from app.interop.fhir.patient import write_patient
from app.interop.fhir.research_study import write_research_study
from app.interop.fhir.research_subject import SubjectView, status, write_research_subject

from .samples import resource

NOTHING = SubjectView(
    number="A-001",
    site="A",
    sex=None,
    birth_year=None,
    consent=None,
    withdrawal=None,
    state=None,
    state_date=None,
    infused=None,
    off_study=None,
    off_study_reason=None,
    dead=False,
    death=None,
    strata={},
)
DAY, APRIL = parse_date("2024-03-01"), parse_date("2024-04")
EXTENSION = "https://engraft.example.org/fhir/StructureDefinition"
# NCIt C16735, of the value set research-subject-milestones
CONSENT = {
    "coding": [
        {
            "system": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
            "code": "C16735",
            "display": "Informed Consent",
        }
    ]
}


def reason(code: str, display: str) -> dict[str, Any]:
    coding = {"system": "https://engraft.example.org/fhir/CodeSystem/engraft", "code": code, "display": display}
    return {"url": "reason", "valueCodeableConcept": {"coding": [coding]}}


INFUSED = reason("progress-reason-infusion", "First infusion of the cells")
DIED = reason("progress-reason-death", "Death of the subject")


def step(what: dict[str, Any], start: str, *why: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": f"{EXTENSION}/subject-progress",
        "extension": [what, {"url": "start", "valueDateTime": start}, *why],
    }


def told(changes: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    """The steps of a subject: (state, start)."""
    body = write_research_subject(replace(NOTHING, **changes), "s-1", "p-1").body
    steps = [item["extension"] for item in body["extension"] if item["url"].endswith("/subject-progress")]
    known = [{part["url"]: part for part in parts} for parts in steps]
    return [(parts["state"]["valueCode"], parts.get("start", {}).get("valueDateTime")) for parts in known]


def withdrawal(scope: Any = None) -> Withdrawal:
    return Withdrawal(date=DAY, scope=scope)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "candidate"),
        ({"consent": DAY}, "on-study"),
        ({"consent": DAY, "infused": DAY}, "on-study-intervention"),
        ({"infused": DAY, "state": "follow-up"}, "follow-up"),
        ({"state": "follow-up", "off_study": DAY}, "off-study"),
        ({"state": "follow-up", "dead": True}, "off-study"),
        ({"state": "follow-up", "dead": True, "withdrawal": withdrawal()}, "withdrawn"),
        ({"off_study": DAY, "withdrawal": withdrawal("all-data")}, "withdrawn"),
        ({"withdrawal": withdrawal("follow-up")}, "withdrawn"),
        ({"infused": DAY, "withdrawal": withdrawal("treatment")}, "on-study-intervention"),
    ],
)
def test_the_state_of_a_subject(changes: dict[str, Any], expected: str) -> None:
    assert status(replace(NOTHING, **changes)) == expected


def test_a_research_subject() -> None:
    view = replace(NOTHING, consent=parse_date("2023-10"), infused=DAY, dead=True, death=parse_date("2024"))
    draft = write_research_subject(replace(view, strata={"dose_level": "DL2", "age_class": "adult"}), "s-1", "p-1")
    assert draft.body == {
        "extension": [
            {"url": f"{EXTENSION}/site", "valueString": "A"},
            step({"url": "milestone", "valueCodeableConcept": CONSENT}, "2023-10"),
            step({"url": "state", "valueCode": "on-study-intervention"}, "2024-03-01", INFUSED),
            step({"url": "state", "valueCode": "off-study"}, "2024", DIED),
        ],
        "identifier": [{"system": "https://engraft.example.org/fhir/subject-number", "value": "A-001"}],
        "status": "off-study",
        "period": {"start": "2023-10", "end": "2024"},
        "study": {"reference": "ResearchStudy/s-1"},
        "individual": {"reference": "Patient/p-1"},
        "assignedArm": "DL2",
        "actualArm": "DL2",
    }
    assert check(resource(draft)) == []


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, []),
        ({"infused": DAY, "state": "screening"}, [("on-study-intervention", "2024-03-01"), ("screening", None)]),
        (
            {"infused": DAY, "state": "screening", "dead": True},
            [("screening", None), ("on-study-intervention", "2024-03-01"), ("off-study", None)],
        ),
        (
            {
                "infused": DAY,
                "state": "follow-up",
                "state_date": parse_date("2024-04"),
                "off_study": parse_date("2025"),
            },
            [("on-study-intervention", "2024-03-01"), ("follow-up", "2024-04"), ("off-study", "2025")],
        ),
        ({"withdrawal": withdrawal("treatment"), "infused": DAY}, [("on-study-intervention", "2024-03-01")]),
        ({"withdrawal": withdrawal(), "dead": True}, [("off-study", None), ("withdrawn", "2024-03-01")]),
        (
            {"off_study": parse_date("2025-01-01"), "dead": True, "death": parse_date("2025-06-01")},
            [("off-study", "2025-01-01")],
        ),
    ],
)
def test_the_present_state_is_the_last_step(changes: dict[str, Any], steps: list[tuple[str, str | None]]) -> None:
    assert told(changes) == steps


def test_who_was_not_infused_has_no_actual_arm() -> None:
    body = write_research_subject(replace(NOTHING, strata={"dose_level": "10^6/kg"}), "s-1", "p-1").body
    assert body["assignedArm"] == "10^6/kg"
    assert "actualArm" not in body


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"off_study": parse_date("2025-01-01"), "withdrawal": withdrawal()}, "2024-03-01"),
        ({"off_study": parse_date("2025-01-01"), "withdrawal": withdrawal("treatment")}, "2025-01-01"),
        ({"off_study": parse_date("2025-01-01"), "death": parse_date("2024-12")}, "2024-12"),
        ({"consent": parse_date("2025-01-01"), "off_study": DAY}, None),
        ({}, None),
    ],
)
def test_the_period_ends_when_the_subject_first_left(changes: dict[str, Any], end: str | None) -> None:
    draft = write_research_subject(replace(NOTHING, **changes), "s-1", "p-1")
    assert draft.body.get("period", {}).get("end") == end
    assert check(resource(draft)) == []


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({}, {}),
        ({"sex": "other", "birth_year": 1980}, {"gender": "other", "birthDate": "1980"}),
        ({"dead": True}, {"deceasedBoolean": True}),
        ({"dead": True, "death": parse_date("2024-08")}, {"deceasedDateTime": "2024-08"}),
        ({"dead": False, "death": parse_date("2024-08")}, {}),
    ],
)
def test_a_patient(changes: dict[str, Any], body: dict[str, Any]) -> None:
    draft = write_patient(replace(NOTHING, **changes))
    assert draft.body == body
    assert check(resource(draft)) == []


def test_a_research_study() -> None:
    study = Study(title="A trial", definition="gdt-relapse", sites=[Site(id="A", time_zone="Europe/Berlin")])
    draft = write_research_study("gdt-1", study)
    assert draft.body == {
        "identifier": [{"system": "https://engraft.example.org/fhir/study", "value": "gdt-1"}],
        "title": "A trial",
        "status": "active",
    }
    assert check(resource(draft)) == []


@pytest.mark.parametrize(
    ("scope", "allowed", "told"),
    [
        ("treatment", None, {"scope": "withdrawal-scope-treatment"}),
        ("all-data", False, {"scope": "withdrawal-scope-all-data", "vital-status-allowed": False}),
        (None, True, {"vital-status-allowed": True}),
    ],
)
def test_a_withdrawal_says_of_what(scope: Any, allowed: Any, told: dict[str, Any]) -> None:
    given = Withdrawal(date=DAY, scope=scope, vital_status_allowed=allowed)
    body = write_research_subject(replace(NOTHING, withdrawal=given), "s-1", "p-1").body
    (found,) = [item["extension"] for item in body["extension"] if item["url"].endswith("/withdrawal")]
    parts = {part["url"]: part.get("valueBoolean", part.get("valueDateTime")) for part in found}
    parts |= {p["url"]: p["valueCodeableConcept"]["coding"][0]["code"] for p in found if "valueCodeableConcept" in p}
    assert parts == {"date": "2024-03-01", **told}
