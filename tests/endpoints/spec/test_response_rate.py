"""CR/CRi rate: of those not in CR/CRi at the infusion, who reaches it before any new anti-leukaemic therapy."""

from tests.endpoints.spec.harness import (
    Raw,
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


def test_the_row_names_its_evidence() -> None:
    found = row("CR", *REFRACTORY, assessment(14, "PR"))
    assert (found["cr"], found["response"], found["baseline_status"]) == (False, None, "PD")
    assert found["evidence"][0]["record"].startswith("disease_assessment/")
