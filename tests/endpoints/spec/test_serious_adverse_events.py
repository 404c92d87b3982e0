"""SAE: seriousness criteria only; patients once, events too; what was not recorded is unresolved."""

import pytest

from tests.endpoints.spec.harness import Raw, adverse_event, answers, contact, death, infusion, outcome, row, table

OBSERVED = [infusion(), contact(40)]


def serious(onset: int | str | None, grade: int | None = 2, **fields: object) -> Raw:
    return adverse_event("Sepsis", onset, grade, serious=True, **fields)


@pytest.mark.parametrize("grade", [1, 2, 3, 4, 5, None])
@pytest.mark.parametrize("relatedness", ["related", "possible", "unlikely", "unrelated", None])
def test_regardless_of_grade_and_relatedness(grade: int | None, relatedness: str | None) -> None:
    assert outcome("SAE", *OBSERVED, serious(5, grade, relatedness=relatedness)) == "1 SAE, first on day 5"


@table(
    {
        "grade 4 and not serious": ([adverse_event("Sepsis", 5, 4, serious=False)], "no SAE"),
        "a criterion alone": (
            [adverse_event("Sepsis", 5, 1, seriousness_criteria=["hospitalisation"])],
            "1 SAE, first on day 5",
        ),
        "a criterion against `serious: false`": (
            [adverse_event("Sepsis", 5, 1, serious=False, seriousness_criteria=["hospitalisation"])],
            "1 SAE, first on day 5",
        ),
        "nothing recorded": ([adverse_event("Sepsis", 5, 4)], "unresolved"),
        "nothing recorded, empty criteria": ([adverse_event("Sepsis", 5, 4, seriousness_criteria=[])], "unresolved"),
        "nothing recorded beside an SAE": ([adverse_event("Sepsis", 5, 4), serious(9)], "1 SAE, first on day 9"),
        "nothing recorded, outside the window": ([adverse_event("Sepsis", 29, 4)], "no SAE"),
        "nothing recorded, before the infusion": ([adverse_event("Sepsis", -1, 4)], "no SAE"),
        "entered in error": ([serious(5, status="entered-in-error")], "no SAE"),
        "two events": ([serious(9), serious(5)], "2 SAE, first on day 5"),
        "none": ([], "no SAE"),
    }
)
def test_seriousness_criteria_only(records: list[Raw], expected: str) -> None:
    assert outcome("SAE", *OBSERVED, *records) == expected


@table(
    {
        "serious before the infusion": ([serious(-5)], "no SAE"),
        "serious before it, another event worsens": (
            [serious(-5), adverse_event("Nausea", -5, grade_history=[(-5, 1), (6, 3)], serious=False, id="N")],
            "no SAE",
        ),
        "became serious in the window": ([serious(-5, serious_since=6)], "1 SAE, first on day 6"),
        "became serious on day 28": ([serious(-5, serious_since=28)], "1 SAE, first on day 28"),
        "became serious on day 29": ([serious(-5, serious_since=29)], "no SAE"),
        "began in the window, became serious after it": ([serious(20, serious_since=29)], "no SAE"),
        "serious before, worse in the window": (
            [serious(-5, None, grade_history=[(-5, 2), (6, 4)], serious_since=-2)],
            "no SAE",
        ),
        "serious since nobody knows when, worse in the window": (
            [serious(-5, None, grade_history=[(-5, 2), (6, 4)])],
            "unresolved",
        ),
        "serious since nobody knows when, not worse": (
            [serious(-5, None, grade_history=[(-5, 2), (6, 1)])],
            "no SAE",
        ),
        "serious since nobody knows when, worse after the window": (
            [serious(-5, None, grade_history=[(-5, 2), (29, 4)])],
            "no SAE",
        ),
    }
)
def test_an_event_from_before_the_infusion_counts_from_the_day_it_became_serious(
    records: list[Raw], expected: str
) -> None:
    assert outcome("SAE", *OBSERVED, *records) == expected


@table(
    {
        "in the month of the infusion": ([serious("2026-03")], "1 SAE, first on day 0, imputed D"),
        "over before the infusion": ([serious("2026-03", end=-1)], "no SAE"),
        "onset not recorded": ([serious(None)], "1 SAE, first on day 0, imputed Y"),
        "onset not recorded, over before the infusion": ([serious(None, end=-1)], "no SAE"),
        "in the month that the window ends in": ([serious("2026-04")], "1 SAE, first on day 22, imputed D"),
        "in the month after the window": ([serious("2026-05")], "no SAE"),
        "serious since a month that the infusion lies in": (
            [serious(-40, serious_since="2026-03")],
            "1 SAE, first on day 0, imputed D",
        ),
    }
)
def test_an_onset_known_in_part(records: list[Raw], expected: str) -> None:
    assert outcome("SAE", *OBSERVED, *records) == expected


def test_everyone_infused_is_in_the_denominator_however_short_the_follow_up() -> None:
    people = {"001": [infusion()], "002": [infusion(), death(3)], "003": [contact(5)], "004": [infusion(0, "not-done")]}
    records = [{**raw, "subject": number} for number, raws in people.items() for raw in raws]
    found = answers("SAE", records)
    assert {key: value if isinstance(value, str) else value["sae"] for key, value in found.items()} == {
        1: False,
        2: False,
        3: "not infused",
        4: "not infused",
    }


def test_a_death_inside_the_window_is_listed() -> None:
    """Day 28 is 7 April."""
    assert row("SAE", infusion(), death(28))["death_date"] == "2026-04-07"
    assert row("SAE", infusion(), death(29))["death_date"] is None
    assert row("SAE", infusion(), death(20), cutoff=19)["death_date"] is None


def test_possible_duplicates_are_not_merged() -> None:
    """The same term on the same day from two systems."""
    records = [serious(5, id="1", source="ehr"), serious(5, id="1", source="edc")]
    assert outcome("SAE", *OBSERVED, *records) == "2 SAE, first on day 5"


@pytest.mark.parametrize(("cutoff", "expected"), [(4, "no SAE"), (5, "1 SAE, first on day 5")])
def test_the_cut_off_is_inclusive(cutoff: int, expected: str) -> None:
    assert outcome("SAE", infusion(), serious(5), cutoff=cutoff) == expected
