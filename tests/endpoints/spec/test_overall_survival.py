"""OS: death of any cause; else the last date known alive, from any evidence."""

import pytest

from tests.endpoints.spec.harness import (
    Raw,
    adverse_event,
    assessment,
    contact,
    death,
    gvhd,
    infusion,
    lab,
    outcome,
    record,
    row,
    subject,
    table,
    therapy,
    transplant,
)

ALIVE = "last known alive"


@pytest.mark.parametrize("cause", ["relapse", "gvhd", "infection", "organ-failure", "other", None])
def test_death_of_any_cause_is_the_event(cause: str | None) -> None:
    assert outcome("OS", infusion(), contact(40), death(50, cause)) == "death on day 50"


def test_the_row_names_the_record_that_decided() -> None:
    found = row("OS", infusion(), contact(40, id="C"), death(50, id="D"))
    assert [item["record"] for item in found["evidence"]] == ["death/A/ehr/D"]
    found = row("OS", infusion(), contact(40, id="C"), contact(30, id="B"))
    assert [item["record"] for item in found["evidence"]] == ["follow_up/A/ehr/C"]


@pytest.mark.parametrize(
    "evidence",
    [
        contact(60),
        contact(60, alive=None),
        contact(60, alive=None, ecog=4),
        contact("2026-05-09T10:00:00+02:00"),
        assessment(60, "CR"),
        assessment(60, "NE"),
        lab(60),
        therapy(60),
        transplant(60),
        infusion(60),
        adverse_event("Nausea", 60, 1),
        adverse_event("Nausea", 20, 1, end=60),
        adverse_event("Nausea", 20, 1, grade_history=[(20, 1), (60, 0)]),
        adverse_event("Sepsis", 20, 2, serious=True, serious_since=60),
        gvhd("acute", 60, "I"),
        gvhd("acute", 20, "I", end=60),
        gvhd("acute", 20, "II", grade_history=[(20, "II"), (60, "I")]),
        gvhd("chronic", 20, "mild", systemic_therapy_start=60),
        subject(withdrawal={"date": "2026-05-09", "scope": "treatment"}),
    ],
)
def test_any_evidence_proves_life(evidence: Raw) -> None:
    """Day 60 is 9 May: 21 days of March, 30 of April and 9 of May."""
    assert outcome("OS", infusion(), contact(10), evidence) == f"censored on day 60: {ALIVE}"


@pytest.mark.parametrize(
    "nothing",
    [
        contact(60, alive=None, lost=True),
        record("end_of_study", date="2026-05-09"),
        infusion(60, "not-done"),
        contact(60, status="entered-in-error"),
        adverse_event("Sepsis", 10, 5, end=60),
        adverse_event("Sepsis", 10, 4, outcome="fatal", end=60),
        adverse_event("Sepsis", 10, grade_history=[(10, 4), (60, 5)], end=60),
    ],
)
def test_what_proves_nothing_about_life(nothing: Raw) -> None:
    """H10: lost to follow-up on day 60 is censored at the last contact; a fatal event does not end alive."""
    assert outcome("OS", infusion(), contact(10), nothing) == f"censored on day 10: {ALIVE}"


def test_a_partial_contact_proves_life_up_to_its_first_possible_day() -> None:
    """1 May is day 52."""
    assert outcome("OS", infusion(), contact(10), contact("2026-05")) == f"censored on day 52: {ALIVE}"


def test_nothing_after_the_infusion_is_censored_on_day_0_and_never_dropped() -> None:
    """The infusion itself proves life."""
    assert outcome("OS", infusion()) == f"censored on day 0: {ALIVE}"


@table(
    {
        "H2: the relapse does not matter": (
            [infusion(), assessment(-7, "CR"), assessment(30, "relapse"), death(90)],
            "death on day 90",
        ),
        "contact after death: the death stands": ([infusion(), death(50), contact(60)], "death on day 50"),
        "several deaths: the earliest": ([infusion(), death(60), death(50)], "death on day 50"),
        "an exact date is preferred to a part of one": ([infusion(), death("2026-04"), death(50)], "death on day 50"),
        "H3: a death before the infusion": ([infusion(), death(-3), contact(20)], f"censored on day 20: {ALIVE}"),
        "entered in error": (
            [infusion(), death(50, status="entered-in-error"), contact(20)],
            f"censored on day 20: {ALIVE}",
        ),
        "grade 5 without a death: earlier evidence": (
            [infusion(), contact(10), adverse_event("Sepsis", 20, 5)],
            f"censored on day 20: {ALIVE}",
        ),
    }
)
def test_which_record_decides(records: list[Raw], expected: str) -> None:
    assert outcome("OS", *records) == expected


@table(
    {
        "month: its first day": ([infusion(), contact(10), death("2026-05")], "death on day 52, imputed D"),
        "month: not before the last day alive": (
            [infusion(), contact("2026-05-20"), death("2026-05")],
            "death on day 71, imputed D",
        ),
        "month: not before the infusion, which proves life": (
            [infusion(), death("2026-03")],
            "death on day 0, imputed D",
        ),
        "year": ([infusion(), contact(10), death("2026")], "death on day 10, imputed M"),
        "year, after the last contact": ([infusion(), contact(10), death("2027")], "death on day 297, imputed M"),
        "unknown: the day after the last day alive": (
            [infusion(), contact(10), death(None)],
            "death on day 11, imputed Y",
        ),
        "unknown, nothing after the infusion": ([infusion(), death(None)], "death on day 1, imputed Y"),
        "contact after the month is a contradiction": (
            [infusion(), contact(60), death("2026-04")],
            "death on day 22, imputed D",
        ),
    }
)
def test_a_death_known_in_part_is_never_alive(records: list[Raw], expected: str) -> None:
    """H13, H14. 20 May is day 71, 1 April is day 22, 1 January 2027 is day 297 (21+30+31+30+31+31+30+31+30+31+1)."""
    assert outcome("OS", *records) == expected


@table(
    {
        "the day after the last day alive": (
            [infusion(), contact(10), contact(40, alive=False)],
            "death on day 11, imputed Y",
        ),
        "not after the contact that told it": (
            [infusion(), contact(10), lab(40), contact(40, alive=False)],
            "death on day 40, imputed Y",
        ),
        "ECOG 5": ([infusion(), contact(10), contact(40, alive=None, ecog=5)], "death on day 11, imputed Y"),
        "Karnofsky 0": ([infusion(), contact(10), contact(40, None, karnofsky=0)], "death on day 11, imputed Y"),
        "a death record is better": (
            [infusion(), contact(10), contact(40, alive=False), death(38)],
            "death on day 38",
        ),
        "a month is better": (
            [infusion(), contact(10), contact(40, alive=False), death("2026-04")],
            "death on day 22, imputed D",
        ),
        "one that nothing precedes gives way": (
            [infusion(), contact(-30, alive=False), contact(20), death(None)],
            "death on day 21, imputed Y",
        ),
    }
)
def test_a_follow_up_that_says_dead(records: list[Raw], expected: str) -> None:
    assert outcome("OS", *records) == expected
