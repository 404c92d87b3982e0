"""What ends observation beats the events after it: cut-off, withdrawal of consent, the hypothetical analysis."""

import pytest

from tests.endpoints.spec.harness import (
    Raw,
    adverse_event,
    assessment,
    contact,
    death,
    infusion,
    outcome,
    relapse,
    row,
    table,
    therapy,
    transplant,
    withdrawal,
)

REMISSION = [infusion(), assessment(-7, "CR")]
ACTIVE = [infusion(), assessment(-7, "PR")]
LAST = "last disease assessment without relapse"
ALIVE, CUT, WITHDRAWN = "last known alive", "data cut-off", "consent withdrawn"
THERAPY, TRANSPLANT, INFUSED = "new anti-leukaemic therapy", "second transplant", "further infusion"
NOTHING = "no evidence after the start"


@table(
    {
        "death on the cut-off counts": ([infusion(), death(50)], "death on day 50"),
        "death a day later does not, and proves life": (
            [infusion(), contact(20), death(51)],
            f"censored on day 50: {CUT}",
        ),
        "contact after it proves life at the cut-off": (
            [infusion(), contact(20), contact(300)],
            f"censored on day 50: {CUT}",
        ),
        "contact on the cut-off": ([infusion(), contact(50), contact(300)], f"censored on day 50: {ALIVE}"),
        "nothing after it": ([infusion(), contact(20)], f"censored on day 20: {ALIVE}"),
        "a death that may have been before it": (
            [infusion(), contact(20), death("2026-04")],
            "death on day 22, imputed D",
        ),
        "a death in the month of the cut-off, alive after it": (
            [infusion(), contact("2026-04-30"), death("2026-04")],
            f"censored on day 50: {CUT}",
        ),
        "an undated death, last seen before it": ([infusion(), contact(20), death(None)], "death on day 21, imputed Y"),
        "an undated death, seen after it": ([infusion(), contact(60), death(None)], f"censored on day 50: {CUT}"),
        "told dead after it, last seen before": (
            [infusion(), contact(20), contact(80, alive=False)],
            "death on day 21, imputed Y",
        ),
    }
)
def test_survival_at_a_cut_off_of_day_50(records: list[Raw], expected: str) -> None:
    """H12. Day 50 is 29 April; the cut-off is inclusive. 30 April is day 51."""
    assert outcome("OS", *records, cutoff="2026-04-29") == expected


@table(
    {
        "relapse on the cut-off": ([relapse(50)], "relapse on day 50"),
        "relapse after it": ([assessment(40, "CR"), relapse(51)], f"censored on day 40: {LAST}"),
        "an assessment after it proves nothing at it": (
            [assessment(40, "CR"), assessment(60, "CR")],
            f"censored on day 40: {LAST}",
        ),
        "death after it": ([assessment(40, "CR"), death(51)], f"censored on day 40: {LAST}"),
    }
)
def test_disease_free_survival_at_a_cut_off_of_day_50(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *REMISSION, *records, cutoff=50) == expected


@pytest.mark.parametrize(
    ("scope", "allowed", "expected"),
    [
        ("follow-up", None, f"censored on day 30: {WITHDRAWN}"),
        ("follow-up", False, f"censored on day 30: {WITHDRAWN}"),
        ("follow-up", True, "death on day 50"),
        ("all-data", None, f"censored on day 30: {WITHDRAWN}"),
        ("all-data", False, f"censored on day 30: {WITHDRAWN}"),
        ("all-data", True, "death on day 50"),
        ("treatment", None, "death on day 50"),
        ("treatment", False, "death on day 50"),
        ("treatment", True, "death on day 50"),
        (None, None, f"censored on day 30: {WITHDRAWN}"),
        (None, True, "death on day 50"),
    ],
)
def test_withdrawal_ends_observation_unless_vital_status_may_be_followed(
    scope: str | None, allowed: bool | None, expected: str
) -> None:
    """H11: the patient withdraws on day 30 and dies on day 50."""
    records = [infusion(), contact(20), contact(40), death(50), withdrawal(30, scope, allowed)]
    assert outcome("OS", *records) == expected


@table(
    {
        "relapse after it": ([assessment(20, "CR"), relapse(40)], f"censored on day 20: {LAST}"),
        "relapse on its day": ([relapse(30)], "relapse on day 30"),
        "relapse before it": ([relapse(20)], "relapse on day 20"),
        "death after it": ([assessment(20, "CR"), death(40)], f"censored on day 20: {LAST}"),
        "an assessment after it": ([assessment(20, "CR"), assessment(40, "CR")], f"censored on day 20: {LAST}"),
        "nothing before it": ([relapse(40)], f"censored on day 0: {NOTHING}"),
    }
)
def test_a_withdrawal_on_day_30_beats_the_events_after_it(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *REMISSION, *records, withdrawal(30, "follow-up")) == expected


@table(
    {
        "withdrawal before the cut-off": (
            [infusion(), withdrawal(20), contact(60)],
            f"censored on day 20: {WITHDRAWN}",
        ),
        "withdrawal after the cut-off": ([infusion(), withdrawal(60), contact(70)], f"censored on day 50: {CUT}"),
        "withdrawal on the cut-off": ([infusion(), withdrawal(50), contact(70)], f"censored on day 50: {WITHDRAWN}"),
        "nothing after it": ([infusion(), contact(10), withdrawal(20)], f"censored on day 20: {WITHDRAWN}"),
        "in a month: its first possible day": (
            [infusion(), withdrawal("2026-04"), death(40)],
            f"censored on day 22: {WITHDRAWN}",
        ),
        "undated death, withdrawn": ([infusion(), withdrawal(20), death(None)], f"censored on day 20: {WITHDRAWN}"),
        "before the infusion": ([infusion(), withdrawal(-5), death(40)], f"censored on day 0: {NOTHING}"),
    }
)
def test_withdrawal_and_cut_off_the_first_ends_observation(records: list[Raw], expected: str) -> None:
    assert outcome("OS", *records, cutoff=50) == expected


def test_an_observation_end_is_not_merely_one_more_censoring_candidate() -> None:
    """The death of day 50 is neither an event nor evidence beyond the withdrawal of day 30."""
    found = row("OS", infusion(), contact(10), withdrawal(30, "follow-up"), contact(40), death(50))
    assert (found["status"], found["days"], found["cnsr"]) == ("censored", 30, 3)


@table(
    {
        "new therapy": ([therapy(40), death(60)], f"censored on day 40: {THERAPY}"),
        "second transplant": ([transplant(40), death(60)], f"censored on day 40: {TRANSPLANT}"),
        "further infusion": ([infusion(40), death(60)], f"censored on day 40: {INFUSED}"),
        "donor lymphocytes": ([therapy(40, "dli", "pre-emptive"), death(60)], f"censored on day 40: {THERAPY}"),
        "death on the day of the therapy": ([therapy(40), death(40)], "death on day 40"),
        "death before it": ([therapy(40), death(30)], "death on day 30"),
        "maintenance is not new": ([therapy(40, "maintenance"), death(60)], "death on day 60"),
        "prophylaxis is not new": ([therapy(40, "targeted", "prophylaxis"), death(60)], "death on day 60"),
        "an infusion that was not done": ([infusion(40, "not-done"), death(60)], "death on day 60"),
        "the transplant before the infusion": ([transplant(-60), death(60)], "death on day 60"),
        "the transplant of day 0": ([transplant(0), death(60)], "death on day 60"),
        "therapy before the infusion": ([therapy(-20), death(60)], "death on day 60"),
        "therapy on day 0 counts as after it": ([therapy(0), death(60)], f"censored on day 0: {THERAPY}"),
        "withdrawal before the therapy": (
            [withdrawal(20), therapy(40), death(60)],
            f"censored on day 20: {WITHDRAWN}",
        ),
        "the earliest of several": (
            [therapy(50), infusion(30), transplant(70), death(90)],
            f"censored on day 30: {INFUSED}",
        ),
        "therapy after the cut-off": ([therapy(90), contact(100)], f"censored on day 80: {CUT}"),
    }
)
def test_hypothetical_survival_ends_at_new_therapy(records: list[Raw], expected: str) -> None:
    """H8; in the primary analysis none of them ends anything."""
    assert outcome("OS", infusion(), contact(10), *records, analysis="hypothetical", cutoff=80) == expected


@pytest.mark.parametrize("ended", [therapy(40), transplant(40), infusion(40)])
def test_the_primary_analysis_ignores_new_therapy(ended: Raw) -> None:
    assert outcome("OS", infusion(), ended, death(60)) == "death on day 60"
    assert outcome("DFS", *REMISSION, ended, relapse(60)) == "relapse on day 60"
    assert outcome("CIR_NRM", *REMISSION, ended, death(60)) == "nrm on day 60"


@table(
    {
        "relapse after it": ([assessment(20, "CR"), therapy(40), relapse(60)], f"censored on day 20: {LAST}"),
        "H9: an assessment after it is too late": (
            [assessment(20, "CR"), therapy(40), assessment(60, "CR")],
            f"censored on day 20: {LAST}",
        ),
        "relapse is why the therapy was given": ([relapse(40), therapy(40), death(60)], "relapse on day 40"),
    }
)
def test_hypothetical_disease_free_survival(records: list[Raw], expected: str) -> None:
    for endpoint in ("DFS", "CIR_NRM"):
        assert outcome(endpoint, *REMISSION, *records, analysis="hypothetical") == expected


@table(
    {
        "therapy after the response": (
            [assessment(30, "CR"), assessment(50, "CR"), therapy(60), relapse(90)],
            f"censored on day 20: {LAST}",
        ),
        "a further infusion after the response": (
            [assessment(30, "CR"), infusion(60), relapse(90)],
            f"censored on day 0: {LAST}",
        ),
        "a further infusion before it has ended observation": (
            [infusion(14), assessment(30, "CR"), relapse(90)],
            "excluded: no CR/CRi after the infusion",
        ),
        "withdrawn before the response": (
            [withdrawal(20), assessment(30, "CR"), relapse(90)],
            "excluded: no CR/CRi after the infusion",
        ),
    }
)
def test_hypothetical_duration_of_response(records: list[Raw], expected: str) -> None:
    assert outcome("DOR", *ACTIVE, *records, analysis="hypothetical") == expected


def test_a_primary_response_after_a_further_infusion_counts() -> None:
    records = [*ACTIVE, infusion(14), assessment(30, "CR"), relapse(90)]
    assert outcome("DOR", *records) == "relapse on day 60"


@pytest.mark.parametrize("when", [20, 21])
def test_a_withdrawal_ends_the_safety_window_too(when: int) -> None:
    event = adverse_event("Sepsis", when, 4, serious=True)
    records = [infusion(), event, withdrawal(20, "all-data"), contact(40)]
    expected = {20: ("DLT-2 on day 20", "1 SAE, first on day 20")}
    not_seen = ("not evaluable: consent withdrawn", "no SAE")
    assert (outcome("DLT", *records), outcome("SAE", *records)) == expected.get(when, not_seen)
