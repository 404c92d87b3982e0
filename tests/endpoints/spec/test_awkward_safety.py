"""Awkward histories, safety: events that wax and wane, clocks on day 0, what is missing, corrections over the cut-off.

Day 0 is 10 March 2026; day 28 is 7 April. 1 April is day 22.
"""

from typing import Any

from tests.endpoints.spec.harness import (
    Raw,
    adverse_event,
    contact,
    death,
    gvhd,
    infusion,
    outcome,
    row,
    subject,
    table,
    withdrawal,
)

OBSERVED = [infusion(), contact(40)]
INFUSED = "2026-03-10T14:00:00+01:00"
NOT_SEEN = "not evaluable: not observed through the last day of the window"
DIED = "not evaluable: died inside the window without a DLT"
ERROR: dict[str, Any] = {"status": "entered-in-error"}


def sepsis(onset: int | str | None, grade: int | None = 4, **fields: Any) -> Raw:
    return adverse_event("Sepsis", onset, grade, **fields)


def history(*grades: tuple[int | str, int], onset: int | None = -5, **fields: Any) -> Raw:
    return sepsis(onset, None, grade_history=list(grades), **fields)


@table(
    {
        "worse, better, worse again: the first day": ([history((-5, 2), (3, 3), (6, 1), (10, 3))], "DLT-2 on day 3"),
        "better, then as before": ([history((-5, 3), (3, 1), (6, 3))], "no DLT"),
        "better, as before, then worse": ([history((-5, 3), (3, 1), (6, 3), (9, 4))], "DLT-2 on day 9"),
        "worse before the infusion, better at it, back in the window": (
            [history((-9, 4), (-2, 2), (6, 4), onset=-9)],
            "DLT-2 on day 6",
        ),
        "worse by a grade that does not qualify": ([history((-5, 1), (6, 2))], "no DLT"),
        "worse in the window and worse after it": ([history((-5, 2), (28, 3), (29, 4))], "DLT-2 on day 28"),
        "worse only after it": ([history((-5, 2), (29, 3))], "no DLT"),
        "the history in no order": ([history((10, 3), (-5, 2), (6, 1), (3, 3))], "DLT-2 on day 3"),
        "the history in no order, of one that began after it": (
            [history((9, 3), (5, 2), (12, 1), onset=5)],
            "DLT-2 on day 9",
        ),
        "over on the day before the infusion": ([sepsis(-5, 4, end=-1)], "no DLT"),
        "over, and a second episode as a record of its own": (
            [sepsis(-9, 4, end=-2), sepsis(6, 3)],
            "DLT-2 on day 6",
        ),
        "grade missing at the infusion, grade 3 in the window": ([history((6, 3))], "DLT-2 on day 6"),
    }
)
def test_an_event_that_waxes_and_wanes(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


@table(
    {
        "a minute before, told in another zone": ([sepsis("2026-03-10T12:59:00Z")], "no DLT"),
        "a minute after, told in another zone": ([sepsis("2026-03-10T13:01:00Z")], "DLT-2 on day 0"),
        "yesterday in Greenwich, today at the site, before": ([sepsis("2026-03-09T23:30:00Z")], "no DLT"),
        "tomorrow in Tokyo, today at the site, after": ([sepsis("2026-03-11T00:30:00+09:00")], "DLT-2 on day 0"),
        "day 28 at 23:59 of summer time": ([sepsis("2026-04-07T23:59:00+02:00")], "DLT-2 on day 28"),
        "two minutes later": ([sepsis("2026-04-08T00:01:00+02:00")], "no DLT"),
        "day 28 at 21:59 in Greenwich": ([sepsis("2026-04-07T21:59:00Z")], "DLT-2 on day 28"),
        "two minutes later in Greenwich": ([sepsis("2026-04-07T22:01:00Z")], "no DLT"),
    }
)
def test_clocks_around_the_infusion_and_the_end_of_the_window(records: list[Raw], expected: str) -> None:
    """The infusion begins at 14:00 in Berlin, 13:00 in Greenwich, 22:00 in Tokyo."""
    assert outcome("DLT", infusion(INFUSED), contact(40), *records) == expected


@table(
    {
        "relatedness and grade missing": ([sepsis(5, None)], "unresolved"),
        "grade missing, entered in error": ([sepsis(5, None, id="E"), sepsis(5, None, id="E", **ERROR)], "no DLT"),
        "grade missing, then told": ([sepsis(5, None, id="E"), sepsis(5, 2, id="E")], "no DLT"),
        "grade told, then taken back": ([sepsis(5, 4, id="E"), sepsis(5, None, id="E")], "unresolved"),
        "relatedness told": ([sepsis(5, id="E"), sepsis(5, id="E", relatedness="unrelated")], "no DLT"),
        "unrelated after all related": (
            [sepsis(5, id="E", relatedness="unrelated"), sepsis(5, id="E", relatedness="possible")],
            "DLT-2 on day 5",
        ),
        "another patient's": ([sepsis(5, id="E"), sepsis(5, id="E", subject="002")], "no DLT"),
        "moved out of the window": ([sepsis(5, id="E"), sepsis(29, id="E")], "no DLT"),
        "moved to before the infusion": ([sepsis(5, id="E"), sepsis(-1, id="E")], "no DLT"),
    }
)
def test_what_is_missing_and_what_is_corrected(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


@table(
    {
        "died on the day of the infusion": ([infusion(), death(0)], DIED),
        "died on the day of the infusion of a toxicity": (
            [infusion(), sepsis(0, None, grade_history=[(0, 5)]), death(0)],
            "DLT-5 on day 0",
        ),
        "died on day 27": ([infusion(), death(27)], DIED),
        "died in the month that the window ends in, seen on day 20": (
            [infusion(), contact(20), death("2026-04")],
            DIED,
        ),
        "grade 4 in the window, fatal after it": (
            [infusion(), history((20, 4), (35, 5), onset=20), death(35)],
            "DLT-2 on day 20",
        ),
        "withdrew on day 10, toxic on day 12": (
            [infusion(), withdrawal(10), sepsis(12), contact(40)],
            "not evaluable: consent withdrawn",
        ),
        "withdrew on day 10, vital status allowed, toxic on day 12": (
            [infusion(), withdrawal(10, "follow-up", True), sepsis(12), contact(40)],
            "DLT-2 on day 12",
        ),
        "first infusion not done: the window is that of the second": (
            [infusion(0, "not-done"), infusion(10), sepsis(35), contact(60)],
            "DLT-2 on day 25",
        ),
        "second infusion on day 20, toxic on day 35": ([infusion(), infusion(20), sepsis(35), contact(60)], "no DLT"),
        "last seen in April: its first day is day 22": ([infusion(), contact("2026-04")], NOT_SEEN),
        "last seen in May": ([infusion(), contact("2026-05")], "no DLT"),
    }
)
def test_who_can_be_evaluated(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *records, cutoff=100) == expected


def test_a_correction_moves_a_toxicity_over_the_cut_off() -> None:
    """The cut-off is day 7; received: subject, infusion, contact, onset on day 5, corrected to day 8, and to day 7."""
    records = [subject(), infusion(), contact(40), *(sepsis(when, id="E") for when in (5, 8, 7))]
    told = [outcome("DLT", *records, as_of=seq, cutoff=7) for seq in (3, 4, 5, 6)]
    assert told == ["pending", "DLT-2 on day 5", "pending", "DLT-2 on day 7"]


def test_the_worst_grade_is_that_of_the_window() -> None:
    found = row("DLT", *OBSERVED, history((20, 3), (25, 4), (35, 5), onset=20), death(35))
    assert (found["max_grade"], found["dlt_count"]) == (4, 1)


@table(
    {
        "prevalent grade II, flare to III, and again": (
            [gvhd("acute", -10, grade_history=[(-10, "II"), (8, "III"), (12, "I"), (20, "IV")])],
            "DLT-1 on day 8",
        ),
        "prevalent grade III, flare to IV": (
            [gvhd("acute", -10, grade_history=[(-10, "III"), (8, "IV")])],
            "DLT-1 on day 8",
        ),
        "two episodes": (
            [gvhd("acute", 5, "II", end=9), gvhd("acute", 14, "III")],
            "DLT-1 on day 14",
        ),
    }
)
def test_acute_gvhd(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


@table(
    {
        "seriousness told later": (
            [sepsis(5, 2, id="E"), sepsis(5, 2, id="E", serious=True)],
            "1 SAE, first on day 5",
        ),
        "seriousness taken back": (
            [sepsis(5, 2, id="E", serious=True), sepsis(5, 2, id="E", serious=False)],
            "no SAE",
        ),
        "seriousness taken back to unknown": ([sepsis(5, 2, id="E", serious=True), sepsis(5, 2, id="E")], "unresolved"),
        "entered in error with its seriousness missing": (
            [sepsis(5, 2, id="E"), sepsis(5, 2, id="E", **ERROR)],
            "no SAE",
        ),
        "serious since a month that the window ends in": (
            [sepsis(20, 2, serious=True, serious_since="2026-04")],
            "1 SAE, first on day 22, imputed D",
        ),
        "serious since a month after the window": ([sepsis(20, 2, serious=True, serious_since="2026-05")], "no SAE"),
        "serious by a criterion, grade missing, unrelated": (
            [sepsis(5, None, relatedness="unrelated", seriousness_criteria=["life-threatening"])],
            "1 SAE, first on day 5",
        ),
        "not serious but fatal grade: seriousness missing": ([sepsis(5, 5), death(6)], "unresolved"),
        "after the withdrawal": ([withdrawal(4), sepsis(5, 2, serious=True)], "no SAE"),
        "after the death, by its date": ([death(4), sepsis(3, 2, serious=True)], "1 SAE, first on day 3"),
        "two records of one term on two days": (
            [sepsis(5, 2, serious=True), sepsis(15, 2, serious=True)],
            "2 SAE, first on day 5",
        ),
    }
)
def test_seriousness(records: list[Raw], expected: str) -> None:
    assert outcome("SAE", *OBSERVED, *records) == expected
