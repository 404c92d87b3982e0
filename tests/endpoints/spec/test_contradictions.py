"""Records that contradict each other or leave something out: one answer whatever they are called, never a guess."""

from itertools import permutations

import pytest

from tests.endpoints.spec.harness import (
    Raw,
    adverse_event,
    assessment,
    contact,
    death,
    gvhd,
    infusion,
    outcome,
    relapse,
    table,
)

REMISSION = [infusion(), assessment(-7, "CR")]
ACTIVE = [infusion(), assessment(-7, "PD")]
CONTRADICTORY = "excluded: contradictory disease statuses on the day of the last one before the infusion"


@pytest.mark.parametrize("endpoint", ["DFS", "DOR", "CR", "CIR_NRM"])
def test_two_statuses_of_one_day_settle_no_population(endpoint: str) -> None:
    for first, second in permutations(["CR", "PR"]):
        statuses = [assessment(-7, first, id="1"), assessment(-7, second, id="2")]
        assert outcome(endpoint, infusion(), *statuses, assessment(28, "CR")) == CONTRADICTORY


def test_two_statuses_of_one_day_that_mean_the_same_settle_it() -> None:
    statuses = [assessment(-7, "CR", id="1"), assessment(-7, "CRi", id="2")]
    assert outcome("DFS", infusion(), *statuses, assessment(28, "CR")).startswith("censored on day 28")
    assert outcome("DOR", infusion(), *statuses) == "excluded: in CR/CRi at the infusion"


def test_a_later_status_settles_what_an_earlier_day_left_open() -> None:
    statuses = [assessment(-7, "CR", id="1"), assessment(-7, "PR", id="2"), assessment(-2, "CR")]
    assert outcome("DFS", infusion(), *statuses) == "censored on day 0: no evidence after the start"


def test_two_causes_of_one_death_count_as_the_one_listed_first() -> None:
    for first, second in permutations(["relapse", "infection"]):
        deaths = [death(50, first, source="edc"), death(50, second, source="ehr")]
        assert outcome("CIR_NRM", *REMISSION, *deaths) == "relapse on day 50"


@table(
    {
        "a month lies in the year": ([infusion(), contact(20), death("2026"), death("2026-05")], "day 52, imputed D"),
        "a day before both": ([infusion(), death("2026-05"), death(60)], "day 60"),
    }
)
def test_of_two_deaths_the_one_that_is_known_better(records: list[Raw], expected: str) -> None:
    assert outcome("OS", *records) == f"death on {expected}"


@pytest.mark.parametrize(
    ("onset", "treated", "day"),
    [
        pytest.param(100, -20, 100, id="treatment begun for an earlier acute GVHD"),
        pytest.param(100, 0, 100, id="treatment begun on the day of the infusion"),
        pytest.param(100, 120, 120, id="treatment after the onset"),
        pytest.param(-30, 80, 80, id="prevalent, treated only now"),
    ],
)
def test_chronic_gvhd_under_treatment(onset: int, treated: int, day: int) -> None:
    found = gvhd("chronic", onset, "moderate", systemic_therapy_start=treated)
    expected = f"chronic GVHD with systemic treatment on day {day}"
    assert outcome("GRFS", *REMISSION, found, assessment(150, "CR")) == expected


UNGRADED = "undetermined: the grade of an acute GVHD is not recorded"


@table(
    {
        "not graded": ([infusion(), gvhd("acute", 20), contact(50)], UNGRADED),
        "graded later in another record": ([infusion(), gvhd("acute", 20), gvhd("acute", 40, "III")], UNGRADED),
        "graded before": ([infusion(), gvhd("acute", 10, "III"), gvhd("acute", 20)], "gvhd on day 10"),
        "death before": ([infusion(), gvhd("acute", 20), death(15)], "death on day 15"),
        "prevalent": (
            [infusion(), gvhd("acute", -20), contact(50)],
            "censored on day 50: last known alive",
        ),
        "graded too low": (
            [infusion(), gvhd("acute", 20, "I"), contact(50)],
            "censored on day 50: last known alive",
        ),
    }
)
def test_acute_gvhd_without_a_grade_is_not_no(records: list[Raw], expected: str) -> None:
    assert outcome("AGVHD3", *records) == expected
    assert outcome("AGVHD2", *records) == expected


@table(
    {
        "fever": ([adverse_event("Fever", 5, 3, end=3)], "DLT-2 on day 5"),
        "infusion reaction": ([adverse_event("Infusion related reaction", 5, 3, end=3)], "DLT-2 on day 5"),
        "CRS that fell before it rose": (
            [adverse_event("Cytokine release syndrome", 5, 3, end=3)],
            "DLT-3b on day 5",
        ),
    }
)
def test_an_end_before_the_onset_is_no_evidence_of_a_short_event(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", infusion(), contact(40), *records) == expected


def test_a_response_is_surely_after_the_infusion() -> None:
    """The month of the infusion may mean the time before it; as a baseline it proves nothing either."""
    assert outcome("CR", *ACTIVE, assessment("2026-03", "CR")) == "not assessed after the start"
    assert outcome("DOR", *ACTIVE, assessment("2026-03", "CR")) == "excluded: no CR/CRi after the infusion"
    assert outcome("CR", *ACTIVE, assessment("2026-04", "CR")) == "CR on day 22, imputed D"


def test_an_mrd_relapse_is_an_assessment() -> None:
    assert outcome("CR", *ACTIVE, relapse(30, "mrd")) == "no response"
