"""DLT: who has one, on which day, who can be evaluated, and what cannot be said."""

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
    row,
    table,
    withdrawal,
)

OBSERVED = [infusion(), contact(40)]


@table(
    {
        "had none and was seen on day 28": ([contact(28)], "no DLT"),
        "had none and was seen after day 28": ([lab(90)], "no DLT"),
        "last seen on day 27": ([contact(27)], "not evaluable: not observed through the last day of the window"),
        "had one, last seen on day 5": ([adverse_event("Sepsis", 5, 4)], "DLT-2 on day 5"),
        "died on day 20 without one": ([death(20)], "not evaluable: died inside the window without a DLT"),
        "died on day 28 without one": ([death(28)], "no DLT"),
        "died after the window": ([contact(10), death(60)], "no DLT"),
        "died on day 20 after one": ([adverse_event("Sepsis", 5, 4), death(20)], "DLT-2 on day 5"),
        "withdrew on day 20": ([withdrawal(20), contact(40)], "not evaluable: consent withdrawn"),
        "withdrew on day 28": ([withdrawal(28)], "no DLT"),
        "withdrew from treatment alone": ([withdrawal(20, "treatment"), contact(40)], "no DLT"),
    }
)
def test_evaluable_is_a_dlt_or_observed_through_day_28(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", infusion(), *records, cutoff=100) == expected


@table(
    {
        "window open": ([contact(20)], "pending"),
        "window open, one already": ([adverse_event("Sepsis", 5, 4)], "DLT-2 on day 5"),
        "withdrew before the cut-off": ([withdrawal(15), contact(40)], "not evaluable: consent withdrawn"),
        "withdrew on the cut-off": ([withdrawal(20), contact(40)], "not evaluable: consent withdrawn"),
        "withdrew after the cut-off": ([withdrawal(21), contact(40)], "pending"),
        "died": ([death(15)], "not evaluable: died inside the window without a DLT"),
        "died after the cut-off": ([death(25)], "pending"),
        "a toxicity after the cut-off": ([adverse_event("Sepsis", 21, 4), contact(40)], "pending"),
        "open and its grade missing": ([adverse_event("Sepsis", 5)], "pending and unresolved"),
    }
)
def test_pending_while_day_28_lies_after_the_cut_off(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", infusion(), *records, cutoff=20) == expected


def test_on_day_28_the_window_is_closed_and_later_evidence_proves_it_was_observed() -> None:
    assert outcome("DLT", infusion(), contact(40), cutoff=27) == "pending"
    assert outcome("DLT", infusion(), contact(40), cutoff=28) == "no DLT"
    not_seen = "not evaluable: not observed through the last day of the window"
    assert outcome("DLT", infusion(), contact(20), cutoff=28) == not_seen


def test_without_a_cut_off_the_day_of_as_of_says_whether_the_window_is_open() -> None:
    records = [infusion(), contact(20)]
    assert outcome("DLT", *records, time="2026-04-06T12:00:00.000Z") == "pending"
    not_seen = "not evaluable: not observed through the last day of the window"
    assert outcome("DLT", *records, time="2026-04-07T12:00:00.000Z") == not_seen


@pytest.mark.parametrize(
    ("relatedness", "expected"),
    [
        ("related", "DLT-2 on day 5"),
        ("possible", "DLT-2 on day 5"),
        (None, "DLT-2 on day 5"),
        ("unlikely", "no DLT"),
        ("unrelated", "no DLT"),
    ],
)
def test_related_or_relatedness_missing(relatedness: str | None, expected: str) -> None:
    assert outcome("DLT", *OBSERVED, adverse_event("Sepsis", 5, 4, relatedness=relatedness)) == expected


@table(
    {
        "grade 3 at the onset": ([adverse_event("Sepsis", 5, 3)], "DLT-2 on day 5"),
        "grade 2": ([adverse_event("Sepsis", 5, 2)], "no DLT"),
        "worse later: the day of grade 3": (
            [adverse_event("Sepsis", 5, grade_history=[(5, 2), (9, 3)])],
            "DLT-2 on day 9",
        ),
        "grade 3 after the window": ([adverse_event("Sepsis", 20, 3, grade_history=[(20, 2), (29, 3)])], "no DLT"),
        "grade 3 inside, worse after it": (
            [adverse_event("Sepsis", 20, grade_history=[(20, 3), (40, 4)])],
            "DLT-2 on day 20",
        ),
        "better later: the worst decides": (
            [adverse_event("Sepsis", 5, grade_history=[(5, 3), (9, 1)])],
            "DLT-2 on day 5",
        ),
        "two events, one patient: the first day": (
            [adverse_event("Sepsis", 9, 3), adverse_event("Seizure", 5, 4)],
            "DLT-2 on day 5",
        ),
    }
)
def test_the_worst_grade_inside_the_window_decides(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


def test_patients_count_once_and_the_row_shows_events_and_worst_grade() -> None:
    found = row(
        "DLT",
        *OBSERVED,
        adverse_event("Sepsis", 9, 3, grade_history=[(9, 3), (12, 4)], id="A1"),
        adverse_event("Seizure", 5, 3, investigator_dlt=False, id="A2"),
    )
    assert (found["dlt_count"], found["max_grade"], found["investigator_dlt"]) == (2, 4, False)
    assert {item["record"] for item in found["evidence"]} == {"adverse_event/A/ehr/A1", "adverse_event/A/ehr/A2"}


@table(
    {
        "same grade as at the infusion": ([adverse_event("Sepsis", -5, 3)], "no DLT"),
        "worse in the window": (
            [adverse_event("Sepsis", -5, grade_history=[(-5, 2), (6, 3)])],
            "DLT-2 on day 6",
        ),
        "worse, but no worse than at the infusion": (
            [adverse_event("Sepsis", -5, grade_history=[(-5, 3), (3, 1), (6, 3)])],
            "no DLT",
        ),
        "the grade at the infusion, not the worst before it": (
            [adverse_event("Sepsis", -9, grade_history=[(-9, 3), (-2, 1), (6, 3)])],
            "DLT-2 on day 6",
        ),
        "risen before the infusion, and the same after it": (
            [adverse_event("Sepsis", -9, grade_history=[(-9, 1), (-5, 3), (6, 3)])],
            "no DLT",
        ),
        "resolved before, and back": (
            [adverse_event("Sepsis", -9, grade_history=[(-9, 3), (-2, 0), (6, 3)])],
            "DLT-2 on day 6",
        ),
        "worse on day 0 without a time counts as after": (
            [adverse_event("Sepsis", -5, grade_history=[(-5, 2), (0, 3)])],
            "DLT-2 on day 0",
        ),
        "grade at the infusion not recorded": (
            [adverse_event("Sepsis", -5, grade_history=[(6, 3)])],
            "DLT-2 on day 6",
        ),
        "grade 3 from 3 to 4": ([adverse_event("Sepsis", -5, grade_history=[(-5, 3), (6, 4)])], "DLT-2 on day 6"),
    }
)
def test_an_event_from_before_the_infusion_counts_from_the_day_it_became_worse(
    records: list[Raw], expected: str
) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


def test_clock_times_say_what_the_grade_at_the_infusion_was() -> None:
    """Grade 3 at 08:00, grade 1 at 10:00, infusion at 14:00, grade 3 again at 20:00."""
    at = "2026-03-10T{}:00:00+01:00".format
    event = adverse_event("Sepsis", -1, grade_history=[(at("08"), 3), (at("10"), 1), (at("20"), 3)])
    assert outcome("DLT", infusion(at("14")), event, contact(40)) == "DLT-2 on day 0"
    assert outcome("DLT", infusion(at("09")), event, contact(40)) == "no DLT"


def test_a_date_beside_a_clock_time_comes_first_among_the_grades_of_a_day() -> None:
    """One history holds both forms; every engine must take the timed grade 1 as the later one."""
    history = [(-1, 3), ("2026-03-09T10:00:00+01:00", 1), (6, 3)]
    assert outcome("DLT", *OBSERVED, adverse_event("Sepsis", -1, grade_history=history)) == "DLT-2 on day 6"


@table(
    {
        "grade missing": ([adverse_event("Sepsis", 5)], "unresolved"),
        "grade missing, not related": ([adverse_event("Sepsis", 5, relatedness="unrelated")], "no DLT"),
        "grade missing, outside the window": ([adverse_event("Sepsis", 29)], "no DLT"),
        "grade missing, from before the infusion": ([adverse_event("Sepsis", -5)], "no DLT"),
        "grade missing beside a DLT": ([adverse_event("Sepsis", 5), adverse_event("Seizure", 9, 3)], "DLT-2 on day 9"),
        "acute GVHD without a grade": ([gvhd("acute", 5)], "unresolved"),
        "chronic GVHD without a severity": ([gvhd("chronic", 5)], "no DLT"),
    }
)
def test_a_missing_grade_is_unresolved_not_no(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


def test_a_dlt_makes_evaluable() -> None:
    found = row("DLT", infusion(), adverse_event("Sepsis", 5, 4))
    assert (found["evaluable"], found["pending"], found["reason"]) == (True, False, None)


def test_a_record_that_is_a_dlt_is_not_unresolved_too() -> None:
    """Grade 4 neutropenia of unknown length that became fatal."""
    found = row("DLT", *OBSERVED, adverse_event("Neutrophil count decreased", 5, grade_history=[(5, 4), (9, 5)]))
    assert (found["dlt"], found["rules"], found["unresolved"]) == (True, ["DLT-5"], 0)


def test_an_unresolved_row_counts_its_records() -> None:
    found = row("DLT", *OBSERVED, adverse_event("Sepsis", 5), adverse_event("Nausea", 6))
    assert (found["dlt"], found["evaluable"], found["unresolved"]) == (None, True, 2)


@table(
    {
        "in the month of the infusion": ([adverse_event("Sepsis", "2026-03", 4)], "DLT-2 on day 0, imputed D"),
        "in the month of the infusion, over before it": (
            [adverse_event("Sepsis", "2026-03", 4, end="2026-03-09")],
            "no DLT",
        ),
        "in the month of the infusion, over on day 0": (
            [adverse_event("Sepsis", "2026-03", 4, end="2026-03-10")],
            "DLT-2 on day 0, imputed D",
        ),
        "in the month before": ([adverse_event("Sepsis", "2026-02", 4)], "no DLT"),
        "in a month that the window ends in": ([adverse_event("Sepsis", "2026-04", 4)], "DLT-2 on day 22, imputed D"),
        "in the year of the infusion": ([adverse_event("Sepsis", "2026", 4)], "DLT-2 on day 0, imputed M"),
        "onset not recorded": ([adverse_event("Sepsis", None, 4)], "DLT-2 on day 0, imputed Y"),
        "onset not recorded, over before the infusion": ([adverse_event("Sepsis", None, 4, end=-1)], "no DLT"),
        "end in the month of the infusion": (
            [adverse_event("Sepsis", None, 4, end="2026-03")],
            "DLT-2 on day 0, imputed Y",
        ),
    }
)
def test_an_onset_known_in_part(records: list[Raw], expected: str) -> None:
    """First possible day, but not before the infusion if the range reaches it. 1 April is day 22."""
    assert outcome("DLT", *OBSERVED, *records) == expected


def test_over_before_the_infusion_by_clock_on_day_0() -> None:
    at = "2026-03-10T{}:00:00+01:00".format
    event = adverse_event("Sepsis", "2026-03", 4, end=at("08"))
    assert outcome("DLT", infusion(at("14")), event, contact(40)) == "no DLT"
    assert outcome("DLT", infusion(at("06")), event, contact(40)) == "DLT-2 on day 0, imputed D"


def test_where_every_possible_day_is_inside_nothing_is_imputed() -> None:
    """From 30 January the window ends on 27 February, from 1 February on 1 March: then all of February is inside."""
    records = [infusion("2026-01-30"), contact("2026-06-01"), adverse_event("Sepsis", "2026-02", 4)]
    assert outcome("DLT", *records) == "DLT-2 on day 2, imputed D"
    records = [infusion("2026-02-01"), contact("2026-06-01"), adverse_event("Sepsis", "2026-02", 4)]
    assert outcome("DLT", *records) == "DLT-2 on day 0"


@table(
    {
        "grade 5 dated": (
            [adverse_event("Sepsis", -5, grade_history=[(-5, 3), (9, 5)]), death(9)],
            "DLT-5 on day 9",
        ),
        "grade 5 from before the infusion: death came after it": (
            [adverse_event("Sepsis", -5, 5), death(9)],
            "DLT-5 on day 0, imputed Y",
        ),
        "grade 5, undated after the last dated grade": (
            [adverse_event("Sepsis", -5, 5, grade_history=[(-5, 3), (35, 4)]), contact(40)],
            "no DLT",
        ),
        "worse than every dated grade": (
            [adverse_event("Sepsis", 2, 4, grade_history=[(2, 2), (35, 1)]), contact(40)],
            "DLT-2 on day 2, imputed Y",
        ),
        "worse than every dated grade, which are from before": (
            [adverse_event("Sepsis", -5, 4, grade_history=[(-5, 2)]), contact(40)],
            "DLT-2 on day 0, imputed Y",
        ),
        "and over inside the window: no day of it is outside": (
            [adverse_event("Sepsis", 2, 4, grade_history=[(2, 2)], end=20), contact(40)],
            "DLT-2 on day 2",
        ),
        "and over before the infusion": (
            [adverse_event("Sepsis", -5, 4, grade_history=[(-5, 2)], end=-1), contact(40)],
            "no DLT",
        ),
        "graded at the onset, changes after it": (
            [adverse_event("Sepsis", -5, 4, grade_history=[(10, 2)]), contact(40)],
            "no DLT",
        ),
    }
)
def test_a_worst_grade_without_its_day(records: list[Raw], expected: str) -> None:
    """It was reached on some day of the event: first possible, but not before the infusion if that can be."""
    assert outcome("DLT", infusion(), *records) == expected


@table(
    {
        "progression": ([adverse_event("Disease progression", 5, 5)], "no DLT"),
        "alopecia": ([adverse_event("Alopecia", 5, 3)], "no DLT"),
        "lymphopenia": ([adverse_event("Lymphocyte count decreased", 5, 4)], "no DLT"),
        "relapse is no toxicity": ([assessment(5, "relapse")], "no DLT"),
    }
)
def test_never_a_dlt(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected
