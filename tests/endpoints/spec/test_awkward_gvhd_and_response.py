"""Awkward histories, GVHD and response: flares, two episodes, treatment before the onset, responses beside therapies.

Day 0 is 10 March 2026. 1 April is day 22, 9 April day 30, 1 May day 52.
"""

from typing import Any

from tests.endpoints.spec.harness import (
    Raw,
    assessment,
    contact,
    death,
    gvhd,
    infusion,
    outcome,
    relapse,
    subject,
    table,
    therapy,
    transplant,
    withdrawal,
)

REMISSION = [infusion(), assessment(-7, "CR")]
ACTIVE = [infusion(), assessment(-7, "PD")]
LAST, ALIVE, CUT = "last disease assessment without relapse", "last known alive", "data cut-off"
NEVER = "excluded: no CR/CRi after the infusion"
ERROR: dict[str, Any] = {"status": "entered-in-error"}


@table(
    {
        "two episodes, II and III": ([gvhd("acute", 20, "II", end=40), gvhd("acute", 60, "III")], "gvhd on day 60"),
        "prevalent II, flare to III": (
            [gvhd("acute", -10, grade_history=[(-10, "II"), (15, "III"), (20, "I"), (30, "III")])],
            "gvhd on day 15",
        ),
        "prevalent III, over, a new episode of III": (
            [gvhd("acute", -10, "III", end=5), gvhd("acute", 30, "III")],
            "gvhd on day 30",
        ),
        "the history in no order": (
            [gvhd("acute", 20, grade_history=[(40, "I"), (27, "III"), (20, "II")])],
            "gvhd on day 27",
        ),
        "III on the day of the death": ([gvhd("acute", 50, "III"), death(50)], "gvhd on day 50"),
        "III after the death": ([gvhd("acute", 60, "III"), death(50)], "death on day 50"),
        "III after the withdrawal": (
            [withdrawal(30), gvhd("acute", 40, "III")],
            "censored on day 30: consent withdrawn",
        ),
        "II corrected to III": ([gvhd("acute", 20, "II", id="G"), gvhd("acute", 20, "III", id="G")], "gvhd on day 20"),
        "III entered in error": (
            [contact(90), gvhd("acute", 20, "III", id="G"), gvhd("acute", 20, "III", id="G", **ERROR)],
            f"censored on day 90: {ALIVE}",
        ),
        "relapse does not compete": ([relapse(10), gvhd("acute", 20, "III")], "gvhd on day 20"),
    }
)
def test_acute_gvhd_of_grade_iii(records: list[Raw], expected: str) -> None:
    assert outcome("AGVHD3", infusion(), *records) == expected


def test_between_the_grades_lies_the_cut_off() -> None:
    records = [infusion(), contact(90), gvhd("acute", 20, grade_history=[(20, "II"), (27, "III")])]
    assert outcome("AGVHD2", *records, cutoff=26) == "gvhd on day 20"
    assert outcome("AGVHD3", *records, cutoff=26) == f"censored on day 26: {CUT}"
    assert outcome("AGVHD3", *records, cutoff=27) == "gvhd on day 27"


@table(
    {
        "prevalent II, III in the window: a flare of one that was there": (
            [gvhd("acute", -10, grade_history=[(-10, "II"), (15, "III")]), contact(90)],
            f"censored on day 90: {ALIVE}",
        ),
        "prevalent I, II in the window": (
            [gvhd("acute", -10, grade_history=[(-10, "I"), (15, "II")])],
            "gvhd on day 15",
        ),
        "prevalent II, and a second episode of II": (
            [gvhd("acute", -10, "II", end=5), gvhd("acute", 20, "II")],
            "gvhd on day 20",
        ),
    }
)
def test_prevalent_grade_ii(records: list[Raw], expected: str) -> None:
    """The grade that counts here was there at the infusion: no event."""
    assert outcome("AGVHD2", infusion(), *records) == expected


@table(
    {
        "treatment begins after the onset": (
            [gvhd("chronic", 100, "moderate", systemic_therapy_start=130)],
            "chronic GVHD with systemic treatment on day 130",
        ),
        "mild and untreated before the infusion, treated after it": (
            [gvhd("chronic", -30, "mild", systemic_therapy_start=40)],
            "chronic GVHD with systemic treatment on day 40",
        ),
        "treated in a month after the onset": (
            [gvhd("chronic", 22, "moderate", systemic_therapy_start="2026-05")],
            "chronic GVHD with systemic treatment on day 52, imputed D",
        ),
        "treated after the death": (
            [gvhd("chronic", 100, "mild", systemic_therapy_start=130), death(120)],
            "death on day 120",
        ),
        "treated after the relapse": (
            [gvhd("chronic", 100, "mild", systemic_therapy_start=130), relapse(120)],
            "relapse on day 120",
        ),
        "acute III at the infusion, chronic and treated later": (
            [gvhd("acute", -10, "III"), gvhd("chronic", 100, "mild", systemic_therapy_start=101)],
            "chronic GVHD with systemic treatment on day 101",
        ),
        "the treatment was an error": (
            [
                assessment(150, "CR"),
                gvhd("chronic", 100, "mild", systemic_therapy_start=130, id="G"),
                gvhd("chronic", 100, "mild", id="G"),
            ],
            f"censored on day 150: {LAST}",
        ),
    }
)
def test_grfs(records: list[Raw], expected: str) -> None:
    assert outcome("GRFS", *REMISSION, *records) == expected


@table(
    {
        "the first CR was an error": (
            [assessment(30, "CR", id="B"), assessment(50, "CR"), relapse(90), assessment(30, "CR", id="B", **ERROR)],
            "relapse on day 40",
        ),
        "the only CR becomes PR": ([assessment(30, "CR", id="B"), assessment(30, "PR", id="B")], NEVER),
        "the CR was another patient's": (
            [assessment(30, "CR", id="B"), assessment(30, "CR", id="B", subject="002")],
            NEVER,
        ),
        "the therapy before it was an error": (
            [therapy(20, id="T"), assessment(30, "CR"), relapse(90), therapy(20, id="T", **ERROR)],
            "relapse on day 60",
        ),
        "the therapy moves to after it": (
            [therapy(20, id="T"), assessment(30, "CR"), relapse(90), therapy(40, id="T")],
            "relapse on day 60",
        ),
        "CR on the day of the new therapy, relapse later": (
            [therapy(30), assessment(30, "CR"), relapse(90)],
            "relapse on day 60",
        ),
        "CR, relapse, therapy, CR, relapse": (
            [assessment(30, "CR"), relapse(60), therapy(65), assessment(90, "CR"), relapse(200)],
            "relapse on day 30",
        ),
        "PR, PD, CR, PD": (
            [assessment(10, "PR"), assessment(20, "PD"), assessment(30, "CR"), assessment(60, "PD")],
            "progression on day 30",
        ),
        "CR, MRD, not evaluable, death": (
            [assessment(30, "CR"), relapse(60, "mrd"), assessment(80, "NE"), death(100)],
            "death on day 70",
        ),
        "CR, MRD, not evaluable": (
            [assessment(30, "CR"), relapse(60, "mrd"), assessment(80, "NE"), contact(100)],
            f"censored on day 30: {LAST}",
        ),
        "CR, undated death": ([assessment(30, "CR"), contact(50), death(None)], "death on day 21, imputed Y"),
        "withdrawn before the CR": ([withdrawal(20, "follow-up"), assessment(30, "CR")], NEVER),
        "withdrawn on the day of the CR": (
            [withdrawal(30, "follow-up"), assessment(30, "CR"), relapse(40)],
            f"censored on day 0: {LAST}",
        ),
        "a second transplant before the CR": ([transplant(20), assessment(30, "CR")], NEVER),
        "CR of the day after, told in another zone": (
            [therapy("2026-04-09"), assessment("2026-04-08T22:30:00Z", "CR"), relapse(90)],
            "relapse on day 60",
        ),
    }
)
def test_duration_of_response(records: list[Raw], expected: str) -> None:
    assert outcome("DOR", *ACTIVE, *records) == expected


def test_cut_offs_around_a_response() -> None:
    records = [*ACTIVE, assessment(30, "CR"), assessment(60, "CR"), relapse(90)]
    told = [outcome("DOR", *records, cutoff=day) for day in (29, 30, 60, 89, 90)]
    day_30 = f"censored on day 30: {LAST}"
    assert told == [NEVER, f"censored on day 0: {LAST}", day_30, day_30, "relapse on day 60"]


def test_a_correction_moves_the_relapse_over_the_cut_off() -> None:
    records = [subject(), *ACTIVE, assessment(30, "CR"), relapse(50, id="R"), relapse(70, id="R")]
    assert outcome("DOR", *records, as_of=5, cutoff=60) == "relapse on day 20"
    assert outcome("DOR", *records, as_of=6, cutoff=60) == f"censored on day 0: {LAST}"


@table(
    {
        "the CR was an error": (
            [assessment(30, "CR", id="B"), assessment(30, "CR", id="B", **ERROR)],
            "not assessed after the start",
        ),
        "dead before any assessment": ([death(10)], "not assessed after the start"),
        "CR after the relapse and its therapy": ([relapse(20), therapy(25), assessment(60, "CR")], "no response"),
        "CR after a further infusion": ([infusion(20), assessment(30, "CR")], "CR on day 30"),
        "the CR is another patient's": (
            [assessment(30, "CR", id="B"), assessment(40, "PR"), assessment(30, "CR", id="B", subject="002")],
            "no response",
        ),
        "CR in a month": ([assessment("2026-05", "CR")], "CR on day 52, imputed D"),
    }
)
def test_response(records: list[Raw], expected: str) -> None:
    assert outcome("CR", *ACTIVE, *records) == expected


@table(
    {
        "death from a relapse after the withdrawal": (
            [assessment(20, "CR"), withdrawal(30), death(50, "relapse")],
            f"censored on day 20: {LAST}",
        ),
        "undated death from a relapse": ([contact(50), death(None, "relapse")], "relapse on day 51, imputed Y"),
        "the cause is corrected": ([death(50, "relapse", id="D"), death(50, "infection", id="D")], "nrm on day 50"),
        "MRD, then death from a relapse": ([relapse(30, "mrd"), death(50, "relapse")], "relapse on day 50"),
        "GVHD, then death of it": ([gvhd("acute", 20, "IV"), death(50, "gvhd")], "nrm on day 50"),
    }
)
def test_relapse_or_nrm(records: list[Raw], expected: str) -> None:
    assert outcome("CIR_NRM", *REMISSION, *records) == expected
