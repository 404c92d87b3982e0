"""DFS: first of relapse or death; else the last disease assessment without relapse."""

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
)

REMISSION = [infusion(), assessment(-7, "CR")]
LAST = "last disease assessment without relapse"
NOTHING = "no evidence after the start"


@table(
    {
        "H2: relapse, then death": ([relapse(50), death(90)], "relapse on day 50"),
        "death alone": ([death(90)], "death on day 90"),
        "H7: death without any assessment": ([contact(10), death(90)], "death on day 90"),
        "several relapses: the earliest": ([relapse(70), relapse(50)], "relapse on day 50"),
        "marrow": ([relapse(50, "marrow")], "relapse on day 50"),
        "blood": ([relapse(50, "blood")], "relapse on day 50"),
        "isolated extramedullary": ([relapse(50, "extramedullary")], "relapse on day 50"),
        "marrow and MRD": ([relapse(50, "mrd", "marrow")], "relapse on day 50"),
        "site not recorded": ([assessment(50, "relapse")], "relapse on day 50"),
        "sites alone": ([assessment(50, None, ["marrow"])], "relapse on day 50"),
        "H20: after missed visits, no back-dating": ([assessment(30, "CR"), relapse(400)], "relapse on day 400"),
        "H5: an assessment after the event": ([relapse(50), assessment(80, "CR")], "relapse on day 50"),
        "H23: graft failure is no event": (
            [adverse_event("Graft failure", 20, 4), assessment(40, "CR")],
            f"censored on day 40: {LAST}",
        ),
    }
)
def test_first_of_relapse_or_death(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *REMISSION, *records) == expected


def test_relapse_and_death_on_one_day_are_one_event_of_component_relapse() -> None:
    """H1."""
    records = [*REMISSION, death(50), relapse(50)]
    assert outcome("DFS", *records) == "relapse on day 50"
    assert outcome("OS", *records) == "death on day 50"
    assert outcome("CIR_NRM", *records) == "relapse on day 50"


@table(
    {
        "a day before the infusion": (
            [infusion(), relapse(-10), assessment(-7, "CR")],
            f"censored on day 0: {NOTHING}",
        ),
        "a month before it": (
            [infusion(), relapse("2026-02"), assessment(-3, "CR")],
            f"censored on day 0: {NOTHING}",
        ),
    }
)
def test_relapse_before_the_start_is_history(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *records) == expected


@table(
    {
        "MRD alone": ([relapse(50, "mrd")], f"censored on day 50: {LAST}"),
        "MRD found without a response": ([assessment(50, None, ["mrd"])], f"censored on day 50: {LAST}"),
        "MRD, then relapse": ([relapse(50, "mrd"), relapse(80)], "relapse on day 80"),
    }
)
def test_an_mrd_only_relapse_is_recorded_and_is_no_event(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *REMISSION, *records) == expected


def test_the_named_alternative_counts_an_mrd_relapse() -> None:
    records = [*REMISSION, assessment(30, "CR"), relapse(50, "mrd"), relapse(80)]
    assert outcome("DFS", *records, analysis="mrd-relapse") == "relapse on day 50"


@table(
    {
        "the last assessment, not the last contact": (
            [assessment(30, "CR"), assessment(60, "CRi"), contact(200)],
            f"censored on day 60: {LAST}",
        ),
        "H19: not evaluable is no assessment": (
            [assessment(30, "CR"), assessment(60, "NE")],
            f"censored on day 30: {LAST}",
        ),
        "H6: alive and never assessed": ([contact(200)], f"censored on day 0: {NOTHING}"),
        "the baseline assessment is none": ([], f"censored on day 0: {NOTHING}"),
        "partial: its first possible day": ([assessment("2026-05", "CR")], f"censored on day 52: {LAST}"),
        "partial, reaching back before the start": ([assessment("2026-03", "CR")], f"censored on day 0: {NOTHING}"),
    }
)
def test_censored_at_the_last_disease_assessment_without_relapse(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *REMISSION, *records) == expected


def test_the_named_alternative_censors_at_the_last_date_known_alive() -> None:
    records = [*REMISSION, assessment(30, "CR"), contact(200)]
    assert outcome("DFS", *records, analysis="last-known-alive") == "censored on day 200: last known alive"


@table(
    {
        "relapse after death": ([death(50), relapse(60)], "death on day 50"),
        "relapse in a month after the death": ([death(50), relapse("2026-05")], "death on day 50"),
        "relapse in the month of the infusion": ([relapse("2026-03")], "relapse on day 0, imputed D"),
        "relapse in a later month": ([relapse("2026-05")], "relapse on day 52, imputed D"),
        "undated death after a relapse": ([relapse(50), death(None)], "relapse on day 50"),
        "undated death, assessed before": ([assessment(50, "CR"), death(None)], "death on day 51, imputed Y"),
        "death in the month of a relapse": ([relapse("2026-05-20"), death("2026-05")], "relapse on day 71"),
    }
)
def test_contradictions_and_partial_dates(records: list[Raw], expected: str) -> None:
    """The result stands on the earlier evidence."""
    assert outcome("DFS", *REMISSION, *records) == expected


@pytest.mark.parametrize("endpoint", ["DFS", "CIR_NRM"])
def test_a_censored_row_has_its_code(endpoint: str) -> None:
    assert row(endpoint, *REMISSION, assessment(30, "CR"))["cnsr"] == 1
    assert row(endpoint, *REMISSION)["cnsr"] == 9
    assert row(endpoint, *REMISSION, relapse(30))["cnsr"] == 0


@table(
    {
        "a remission with a site of relapse, by MRD": ([assessment(40, "CR", ["mrd"])], "relapse on day 40"),
        "another site beside it": ([assessment(40, "CR", ["mrd", "marrow"])], "censored on day 40"),
        "reported as relapse": ([assessment(40, "relapse", ["mrd"])], "relapse on day 40"),
    }
)
def test_an_mrd_relapse_counts_where_the_analysis_says_so(records: list[Raw], expected: str) -> None:
    history = [infusion(), assessment(-7, "CR"), *records]
    assert outcome("DFS", *history, analysis="mrd-relapse").startswith(expected)
    assert outcome("DFS", *history).startswith("censored on day 40")


def test_a_remission_with_an_mrd_relapse_is_a_remission_at_baseline() -> None:
    assert outcome("DFS", infusion(), assessment(-7, "CR", ["mrd"])).startswith("censored on day 0")
