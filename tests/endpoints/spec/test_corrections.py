"""Corrections: the latest version counts; `as_of` is what had been received, `cutoff` what had happened."""

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
    subject,
    table,
    withdrawal,
)

ALIVE = "last known alive"


@table(
    {
        "the date is corrected": ([infusion(), death(50, id="D"), death(60, id="D")], "death on day 60"),
        "entered in error": (
            [infusion(), contact(20), death(50, id="D"), death(50, id="D", status="entered-in-error")],
            f"censored on day 20: {ALIVE}",
        ),
        "entered in error, then right after all": (
            [infusion(), death(50, id="D"), death(50, id="D", status="entered-in-error"), death(55, id="D")],
            "death on day 55",
        ),
        "the infusion moves": ([infusion(0, id="I"), infusion(10, id="I"), death(50)], "death on day 40"),
        "the infusion was not done": (
            [infusion(0, id="I"), infusion(0, "not-done", id="I"), death(50)],
            "excluded: not infused",
        ),
        "withdrawal is taken back": (
            [infusion(), withdrawal(20, id="S"), death(50), subject(id="S")],
            "death on day 50",
        ),
        "the same id in another system is another record": (
            [infusion(), death(60, id="D"), death(50, id="D", source="edc")],
            "death on day 50",
        ),
    }
)
def test_the_latest_version_of_a_record_counts(records: list[Raw], expected: str) -> None:
    """H21."""
    assert outcome("OS", *records) == expected


@pytest.mark.parametrize(
    ("as_of", "cutoff", "expected"),
    [
        (3, None, "censored on day 20: last known alive"),
        (4, None, "death on day 50"),
        (5, None, "death on day 60"),
        (6, None, "censored on day 20: last known alive"),
        (4, 49, "censored on day 49: data cut-off"),
        (5, 55, "censored on day 55: data cut-off"),
        (6, 55, "censored on day 20: last known alive"),
        (4, 55, "death on day 50"),
    ],
)
def test_as_of_and_cut_off_are_two_axes(as_of: int, cutoff: int | None, expected: str) -> None:
    """Received in this order: subject, infusion, contact, death on day 50, on day 60, entered in error."""
    deaths = [death(50, id="D"), death(60, id="D"), death(60, id="D", status="entered-in-error")]
    records = [subject(), infusion(), contact(20), *deaths]
    assert outcome("OS", *records, as_of=as_of, cutoff=cutoff) == expected


def test_before_the_subject_was_received_there_is_no_answer_for_it() -> None:
    with pytest.raises(KeyError):
        outcome("OS", infusion(), contact(20), subject(), as_of=2)


def test_a_late_correction_of_an_assessment_changes_the_population() -> None:
    records = [subject(), infusion(), assessment(-7, "CR", id="B"), relapse(50), assessment(-7, "PR", id="B")]
    assert outcome("DFS", *records, as_of=4) == "relapse on day 50"
    assert outcome("DFS", *records, as_of=5) == "excluded: not in CR/CRi at the infusion"


def test_a_grade_that_was_corrected_away_is_no_dlt() -> None:
    records = [subject(), infusion(), contact(40), adverse_event("Sepsis", 5, 4, id="E")]
    records.append(adverse_event("Sepsis", 5, 2, id="E"))
    assert outcome("DLT", *records, as_of=4) == "DLT-2 on day 5"
    assert outcome("DLT", *records) == "no DLT"


def test_the_row_names_the_version_that_decided() -> None:
    """The harness numbers versions as they arrive."""
    found = row("OS", infusion(), death(50, id="D"), death(60, id="D"))
    assert found["evidence"] == [{"record": "death/A/ehr/D", "version": 3, "resource": None}]
