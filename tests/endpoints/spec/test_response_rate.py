"""CR/CRi rate: of those not in CR/CRi at the infusion, who reaches it before any new anti-leukaemic therapy."""

from tests.endpoints.spec.harness import (
    Raw,
    answers,
    assessment,
    infusion,
    outcome,
    relapse,
    row,
    table,
    therapy,
    transplant,
    withdrawal,
)

REFRACTORY = [infusion(), assessment(-5, "PD")]
DAWN, NOON, EVENING = (f"2026-03-10T{hour}:00:00+01:00" for hour in ("05", "12", "18"))
MORNING = [infusion(NOON), assessment(-5, "PD")]


@table(
    {
        "CR": ([*REFRACTORY, assessment(28, "CR")], "CR on day 28"),
        "CRi counts": ([*REFRACTORY, assessment(28, "CRi"), assessment(56, "CR")], "CRi on day 28"),
        "PR is none": ([*REFRACTORY, assessment(28, "PR")], "no response"),
        "MLFS is none": ([*REFRACTORY, assessment(28, "MLFS")], "no response"),
        "never assessed again": (REFRACTORY, "not assessed after the start"),
        "not evaluable is not assessed": ([*REFRACTORY, assessment(28, "NE")], "not assessed after the start"),
        "after new therapy": ([*REFRACTORY, therapy(20), assessment(28, "CR")], "no response"),
        "on the day of new therapy": ([*REFRACTORY, therapy(28), assessment(28, "CR")], "CR on day 28"),
        "maintenance is no new therapy": (
            [*REFRACTORY, therapy(20, "maintenance", None), assessment(28, "CR")],
            "CR on day 28",
        ),
        "after a second transplant": ([*REFRACTORY, transplant(20), assessment(28, "CR")], "no response"),
        "after withdrawal": ([*REFRACTORY, withdrawal(20), assessment(28, "CR")], "not assessed after the start"),
        "lost again later": ([*REFRACTORY, assessment(28, "CR"), relapse(60)], "CR on day 28"),
        "in CR already": ([infusion(), assessment(-5, "CR")], "excluded: in CR/CRi at the infusion"),
        "no status": (
            [infusion(), assessment(28, "CR")],
            "excluded: no disease status on or before the infusion",
        ),
        "not infused": ([assessment(-5, "PD")], "excluded: not infused"),
    }
)
def test_response(records: list[Raw], expected: str) -> None:
    assert outcome("CR", *records) == expected


def test_the_cut_off_is_obeyed() -> None:
    records = [*REFRACTORY, assessment(14, "PR"), assessment(28, "CR")]
    assert outcome("CR", *records, cutoff=27) == "no response"
    assert outcome("CR", *records, cutoff=28) == "CR on day 28"


@table(
    {
        "the day of the infusion is the baseline": ([infusion(), assessment(0, "PD")], "not assessed after the start"),
        "later that day, by the clock": ([*MORNING, assessment(EVENING, "PR")], "no response"),
        "earlier that day, by the clock": ([*MORNING, assessment(DAWN, "PR")], "not assessed after the start"),
        "at the same moment": ([*MORNING, assessment(NOON, "PR")], "not assessed after the start"),
        "responding later that day": ([*MORNING, assessment(EVENING, "CR")], "CR on day 0"),
    }
)
def test_what_is_after_the_infusion(records: list[Raw], expected: str) -> None:
    assert outcome("CR", *records) == expected


def test_the_last_day_of_the_observation_counts() -> None:
    assert outcome("CR", *REFRACTORY, assessment(14, "PR"), cutoff=14) == "no response"
    assert outcome("CR", *REFRACTORY, assessment(14, "PR"), cutoff=13) == "not assessed after the start"


def test_a_non_responder_stands_on_the_last_assessment() -> None:
    """Of one day the later by the clock; without clocks the first record."""

    def last(*assessments: Raw) -> str:
        return str(row("CR", *REFRACTORY, *assessments)["evidence"][0]["record"].split("/")[-1])

    assert last(assessment(14, "PR", id="x"), assessment(28, "SD", id="y"), assessment(20, "PR", id="z")) == "y"
    assert last(assessment(14, "PR", id="y"), assessment(14, "SD", id="x")) == "x"
    timed = [assessment(f"2026-03-24T{hour}:00:00+01:00", "SD", id=name) for hour, name in (("08", "a"), ("17", "b"))]
    assert last(*timed) == "b"


def test_patients_do_not_meet() -> None:
    records = [*REFRACTORY, assessment(14, "PR", id="p1")]
    others = [{**raw, "subject": "002"} for raw in [infusion(), assessment(-5, "SD"), assessment(28, "CR")]]
    found = answers("CR", [*records, *others])
    assert [found[number]["cr"] for number in (1, 2)] == [False, True]  # type: ignore[index]


def test_the_row_names_its_evidence() -> None:
    found = row("CR", *REFRACTORY, assessment(14, "PR"))
    assert (found["cr"], found["response"], found["baseline_status"]) == (False, None, "PD")
    assert found["evidence"][0]["record"].startswith("disease_assessment/")
