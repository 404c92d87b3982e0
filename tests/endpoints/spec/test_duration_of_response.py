"""DOR: from the first CR/CRi after the infusion to relapse, progression or death."""

from tests.endpoints.spec.harness import (
    Raw,
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
)

ACTIVE = [infusion(), assessment(-7, "relapse")]
LAST = "last disease assessment without relapse"
NEVER = "excluded: no CR/CRi after the infusion"
MORNING, INFUSION, EVENING = "2026-03-10T08:00:00+01:00", "2026-03-10T14:00:00+01:00", "2026-03-10T20:00:00+01:00"


def test_the_clock_starts_at_the_first_remission() -> None:
    """Day 30 is 9 April; 60 days from it is 8 June."""
    found = row("DOR", *ACTIVE, assessment(30, "CR"), relapse("2026-06-08"))
    assert (found["start_date"], found["date"], found["days"], found["aval"]) == ("2026-04-09", "2026-06-08", 60, 61)


@table(
    {
        "relapse": ([assessment(30, "CR"), relapse(90)], "relapse on day 60"),
        "progression": ([assessment(30, "CR"), assessment(90, "PD")], "progression on day 60"),
        "death": ([assessment(30, "CR"), death(90)], "death on day 60"),
        "relapse and death on one day": ([assessment(30, "CR"), death(90), relapse(90)], "relapse on day 60"),
        "relapse before progression on one day": (
            [assessment(30, "CR"), assessment(90, "PD"), relapse(90)],
            "relapse on day 60",
        ),
        "MRD alone is no event": ([assessment(30, "CR"), relapse(90, "mrd")], f"censored on day 60: {LAST}"),
        "H17: CR, relapse, CR": (
            [assessment(30, "CR"), relapse(90), assessment(120, "CR"), relapse(200)],
            "relapse on day 60",
        ),
        "H18: CRi, then CR": ([assessment(30, "CRi"), assessment(50, "CR"), relapse(90)], "relapse on day 60"),
        "H2: relapse, then death": ([assessment(30, "CR"), relapse(90), death(120)], "relapse on day 60"),
        "progression before the response is history": (
            [assessment(10, "PD"), assessment(30, "CR"), relapse(90)],
            "relapse on day 60",
        ),
        "still in response": (
            [assessment(30, "CR"), assessment(90, "CR"), contact(300)],
            f"censored on day 60: {LAST}",
        ),
        "not assessed again": ([assessment(30, "CR"), contact(300)], f"censored on day 0: {LAST}"),
        "loss of CR to PR is no event": ([assessment(30, "CR"), assessment(90, "PR")], f"censored on day 60: {LAST}"),
    }
)
def test_first_of_relapse_progression_or_death(records: list[Raw], expected: str) -> None:
    assert outcome("DOR", *ACTIVE, *records) == expected


@table(
    {
        "therapy before the response": ([therapy(20), assessment(30, "CR")], NEVER),
        "transplant before the response": ([transplant(20), assessment(30, "CR")], NEVER),
        "CAR-T, pre-emptive": ([therapy(20, "car-t", "pre-emptive"), assessment(30, "CR")], NEVER),
        "intent not recorded": ([therapy(20, "dli", None), assessment(30, "CR")], NEVER),
        "kind not recorded": ([therapy(20, None), assessment(30, "CR")], NEVER),
        "therapy on day 0 counts as after the infusion": ([therapy(0), assessment(30, "CR")], NEVER),
        "therapy before the infusion": ([therapy(-5), assessment(30, "CR")], f"censored on day 0: {LAST}"),
        "therapy after the response": ([assessment(30, "CR"), therapy(40), relapse(90)], "relapse on day 60"),
        "therapy on the day of the response": ([assessment(30, "CR"), therapy(30)], f"censored on day 0: {LAST}"),
        "maintenance is not new": ([therapy(20, "maintenance"), assessment(30, "CR")], f"censored on day 0: {LAST}"),
        "prophylaxis is not new": (
            [therapy(20, "dli", "prophylaxis"), assessment(30, "CR")],
            f"censored on day 0: {LAST}",
        ),
        "a further infusion is not new": ([infusion(20), assessment(30, "CR")], f"censored on day 0: {LAST}"),
        "a second response after therapy, too late": ([assessment(20, "PR"), therapy(25), assessment(30, "CR")], NEVER),
        "the transplant of day 0": ([transplant(0), assessment(30, "CR")], f"censored on day 0: {LAST}"),
    }
)
def test_a_response_after_new_therapy_does_not_count(records: list[Raw], expected: str) -> None:
    assert outcome("DOR", *ACTIVE, *records) == expected


@table(
    {
        "therapy of the morning": ([therapy(MORNING), assessment(30, "CR")], f"censored on day 0: {LAST}"),
        "therapy of the evening": ([therapy(EVENING), assessment(30, "CR")], NEVER),
        "response of the evening": ([assessment(EVENING, "CR"), assessment(30, "CR")], f"censored on day 30: {LAST}"),
    }
)
def test_clock_times_on_day_0(records: list[Raw], expected: str) -> None:
    assert outcome("DOR", infusion(INFUSION), assessment(-7, "PR"), *records) == expected


@table(
    {
        "remission in a month, relapse later": (
            [assessment("2026-05", "CR"), relapse("2026-06-20")],
            "relapse on day 50, imputed D",
        ),
        "and censored": (
            [assessment("2026-05", "CR"), assessment("2026-06-20", "CR")],
            f"censored on day 50: {LAST}, imputed D",
        ),
        "relapse in the month of the response": (
            [assessment("2026-05-20", "CR"), relapse("2026-05")],
            "relapse on day 0, imputed D",
        ),
    }
)
def test_a_start_known_in_part_is_flagged(records: list[Raw], expected: str) -> None:
    """1 May to 20 June is 50 days."""
    assert outcome("DOR", *ACTIVE, *records) == expected


def test_the_named_alternative_censors_at_the_last_date_known_alive() -> None:
    records = [*ACTIVE, assessment(30, "CR"), contact(230)]
    assert outcome("DOR", *records, analysis="last-known-alive") == "censored on day 200: last known alive"
