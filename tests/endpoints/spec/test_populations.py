"""Populations: baseline status, who is in DFS, in DOR, in neither; the population obeys the cut-off."""

import pytest

from tests.endpoints.spec.harness import (
    Asked,
    Raw,
    answer,
    answers,
    assessment,
    contact,
    death,
    derived,
    event_rows,
    fill,
    infusion,
    memory,
    outcome,
    record,
    table,
)

NO_STATUS = "excluded: no disease status on or before the infusion"
NOT_IN_REMISSION = "excluded: not in CR/CRi at the infusion"
IN_REMISSION = "excluded: in CR/CRi at the infusion"
NEVER = "excluded: no CR/CRi after the infusion"
MORNING, INFUSION, EVENING = "2026-03-10T08:00:00+01:00", "2026-03-10T14:00:00+01:00", "2026-03-10T20:00:00+01:00"
NOTHING = "censored on day 0: no evidence after the start"
ASSESSED = "censored on day 0: last disease assessment without relapse"


@pytest.mark.parametrize("status", ["CR", "CRi", "CRh"])
def test_remission_at_the_infusion_is_the_dfs_set(status: str) -> None:
    records = [infusion(), assessment(-7, status)]
    assert outcome("DFS", *records) == NOTHING
    assert outcome("DOR", *records) == IN_REMISSION


@pytest.mark.parametrize("status", ["MLFS", "PR", "SD", "PD", "relapse"])
def test_anything_else_known_is_not_in_remission(status: str) -> None:
    records = [infusion(), assessment(-7, status), assessment(30, "CR"), contact(60)]
    assert outcome("DFS", *records) == NOT_IN_REMISSION
    assert outcome("DOR", *records) == ASSESSED


@table(
    {
        "nothing recorded": ([infusion(), contact(10)], NO_STATUS),
        "only after the infusion": ([infusion(), assessment(1, "CR")], NO_STATUS),
        "not evaluable is no status": ([infusion(), assessment(-7, "NE")], NO_STATUS),
        "an assessment without a response": ([infusion(), assessment(-7)], NO_STATUS),
        "a month that reaches the infusion proves nothing": ([infusion(), assessment("2026-03", "CR")], NO_STATUS),
    }
)
def test_no_status_is_in_neither_set_and_never_guessed(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *records) == expected
    assert outcome("DOR", *records, assessment(40, "CR")) == expected


@table(
    {
        "the last one counts": ([infusion(), assessment(-30, "CR"), assessment(-3, "PR")], NOT_IN_REMISSION),
        "remission reached before the infusion": (
            [infusion(), assessment(-30, "relapse"), assessment(-3, "CR")],
            NOTHING,
        ),
        "not evaluable does not replace it": ([infusion(), assessment(-30, "CR"), assessment(-3, "NE")], NOTHING),
        "MRD relapse does not replace it": (
            [infusion(), assessment(-30, "CR"), assessment(-3, "relapse", ["mrd"])],
            NOTHING,
        ),
        "a whole month before the infusion": ([infusion(), assessment("2026-02", "CR")], NOTHING),
        "the same day without a time": ([infusion(INFUSION), assessment(0, "CR")], ASSESSED),
        "the same day, earlier by clock": ([infusion(INFUSION), assessment(MORNING, "CR")], ASSESSED),
        "the same day, later by clock": ([infusion(INFUSION), assessment(EVENING, "CR")], NO_STATUS),
        "infusion without a time": ([infusion(), assessment(EVENING, "CR")], ASSESSED),
    }
)
def test_baseline_is_the_last_assessment_on_or_before_the_infusion(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *records) == expected


@table(
    {
        "CR": ([infusion(), assessment(-7, "PR"), assessment(30, "CR")], ASSESSED),
        "CRi": ([infusion(), assessment(-7, "PR"), assessment(30, "CRi")], ASSESSED),
        "PR is no entry": ([infusion(), assessment(-7, "SD"), assessment(30, "PR"), contact(90)], NEVER),
        "MLFS is no entry": ([infusion(), assessment(-7, "SD"), assessment(30, "MLFS")], NEVER),
        "never assessed again": ([infusion(), assessment(-7, "SD"), contact(300)], NEVER),
        "died without a response": ([infusion(), assessment(-7, "SD"), death(20)], NEVER),
    }
)
def test_a_never_responder_has_no_dor_row(records: list[Raw], expected: str) -> None:
    assert outcome("DOR", *records) == expected


def test_the_sets_are_disjoint_and_every_subject_has_one_answer() -> None:
    people = {
        "001": [infusion(), assessment(-7, "CR")],
        "002": [infusion(), assessment(-7, "PR"), assessment(30, "CR")],
        "003": [infusion(), assessment(-7, "PR")],
        "004": [infusion()],
        "005": [assessment(-7, "CR")],
    }
    records = [{**raw, "subject": number} for number, raws in people.items() for raw in raws]
    rows = {name: {key for key, found in answers(name, records).items() if isinstance(found, dict)} for name in SETS}
    assert rows == SETS
    assert all(set(answers(name, records)) == {1, 2, 3, 4, 5} for name in SETS)


SETS = {
    "OS": {1, 2, 3, 4},
    "SAE": {1, 2, 3, 4},
    "DLT": {1, 2, 3, 4},
    "DFS": {1},
    "CIR_NRM": {1},
    "GRFS": {1},
    "DOR": {2},
}


def test_a_subject_of_whom_nothing_else_is_known_has_an_exclusion() -> None:
    assert answer("OS", record("subject")) == "not infused"


def test_records_of_someone_who_is_not_a_subject_are_in_no_answer() -> None:
    records = [
        record("subject", subject="002", status="entered-in-error"),
        {**infusion(), "subject": "002"},
        infusion(),
    ]
    assert set(answers("OS", records)) == {1}


def test_another_study_is_in_no_answer() -> None:
    mine, other = event_rows([record("subject"), infusion()]), event_rows([record("subject", subject="002"), death(9)])
    with memory() as connection:
        fill(connection, [*mine, *({**row, "study": "other"} for row in [*mine, *other])])
        found = derived(connection, Asked().question("OS"))
    assert set(found) == {1}


@table(
    {
        "infused after the cut-off": ([infusion(5), assessment(-7, "CR")], "excluded: not infused"),
        "infused on the cut-off": ([infusion(4), assessment(-7, "CR")], NOTHING),
        "the first of two is before it": ([infusion(2), infusion(9), assessment(-7, "CR")], NOTHING),
    }
)
def test_the_population_obeys_the_cut_off(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *records, cutoff=4) == expected


def test_the_start_of_a_response_obeys_the_cut_off() -> None:
    records = [infusion(), assessment(-7, "PR"), assessment(30, "CR"), contact(60)]
    assert outcome("DOR", *records, cutoff=29) == NEVER
    assert outcome("DOR", *records, cutoff=30) == ASSESSED
