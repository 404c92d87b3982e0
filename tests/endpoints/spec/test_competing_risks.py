"""Relapse and non-relapse mortality; GVHD with death competing; GRFS."""

import pytest

from app.endpoints.definition import Definition, EventSource, TimeToEvent
from app.services.derivation.question import find_definition
from tests.endpoints.spec.harness import (
    STUDY,
    Asked,
    Raw,
    adverse_event,
    assessment,
    contact,
    death,
    event_rows,
    fill,
    gvhd,
    infusion,
    memory,
    outcome,
    relapse,
    subject,
    table,
)

REMISSION = [infusion(), assessment(-7, "CR")]
LAST = "last disease assessment without relapse"
ALIVE = "last known alive"


@table(
    {
        "relapse": ([relapse(50)], "relapse on day 50"),
        "death without relapse": ([death(50)], "nrm on day 50"),
        "death after relapse is no NRM": ([relapse(50), death(60)], "relapse on day 50"),
        "both on one day: relapse, so not NRM": ([relapse(50), death(50)], "relapse on day 50"),
        "MRD alone, then death": ([relapse(40, "mrd"), death(50)], "nrm on day 50"),
        "relapse after death": ([death(50), relapse(60)], "nrm on day 50"),
        "neither": ([assessment(50, "CR")], f"censored on day 50: {LAST}"),
    }
)
def test_nrm_is_death_without_relapse(records: list[Raw], expected: str) -> None:
    assert outcome("CIR_NRM", *REMISSION, *records) == expected


def test_nrm_is_in_the_remission_set() -> None:
    expected = "excluded: not in CR/CRi at the infusion"
    assert outcome("CIR_NRM", infusion(), assessment(-7, "PR"), death(50)) == expected


def with_relapse_deaths() -> Definition:
    """The shipped definition with H22: a death whose cause is relapse is a relapse, documented or not."""
    shipped = find_definition(STUDY)
    rule = shipped.endpoints["CIR_NRM"]
    assert isinstance(rule, TimeToEvent)
    listed = [rule.events[0], EventSource(source="relapse_death", component="relapse"), *rule.events[1:]]
    where = shipped.sources["death"].model_copy(update={"category_in": ["relapse"]})
    changed = {**shipped.endpoints, "CIR_NRM": rule.model_copy(update={"events": listed})}
    return shipped.model_copy(update={"sources": {**shipped.sources, "relapse_death": where}, "endpoints": changed})


@pytest.mark.parametrize(("cause", "component"), [("relapse", "relapse"), ("infection", "nrm"), (None, "nrm")])
def test_a_definition_can_tell_deaths_by_their_cause(cause: str | None, component: str) -> None:
    """H22: death from relapse without a documented relapse."""
    from app.endpoints.compile.time_to_event import rows

    definition = with_relapse_deaths()
    rule = definition.endpoints["CIR_NRM"]
    assert isinstance(rule, TimeToEvent)
    with memory() as connection:
        fill(connection, event_rows([subject(), *REMISSION, death(50, cause)]))
        found = connection.execute(rows(definition, rule), Asked().question("CIR_NRM").parameters).mappings().one()
    assert found["event_component"] == component


@table(
    {
        "acute grade III": ([gvhd("acute", 20, "III")], "acute GVHD III-IV on day 20"),
        "the day the grade is reached, not the onset": (
            [gvhd("acute", 20, grade_history=[(20, "I"), (27, "III")])],
            "acute GVHD III-IV on day 27",
        ),
        "acute grade II is none": ([gvhd("acute", 20, "II"), assessment(50, "CR")], f"censored on day 50: {LAST}"),
        "chronic: the day systemic treatment starts": (
            [gvhd("chronic", 100, "moderate", systemic_therapy_start=130)],
            "chronic GVHD with systemic treatment on day 130",
        ),
        "chronic without it is none": (
            [gvhd("chronic", 100, "severe"), assessment(150, "CR")],
            f"censored on day 150: {LAST}",
        ),
        "acute with systemic treatment is none": (
            [gvhd("acute", 20, "II", systemic_therapy_start=21), assessment(50, "CR")],
            f"censored on day 50: {LAST}",
        ),
        "relapse": ([gvhd("chronic", 100, "mild"), relapse(110)], "relapse on day 110"),
        "death": ([death(110)], "death on day 110"),
        "first of all": ([gvhd("acute", 20, "IV"), relapse(10), death(30)], "relapse on day 10"),
        "GVHD and relapse on one day": ([relapse(20), gvhd("acute", 20, "III")], "acute GVHD III-IV on day 20"),
        "systemic treatment from before the infusion": (
            [gvhd("chronic", -30, "moderate", systemic_therapy_start=-20), assessment(50, "CR")],
            f"censored on day 50: {LAST}",
        ),
    }
)
def test_grfs_is_the_first_of_four(records: list[Raw], expected: str) -> None:
    assert outcome("GRFS", *REMISSION, *records) == expected


@table(
    {
        "grade II at once": ([gvhd("acute", 20, "II")], "gvhd on day 20"),
        "grade III passes grade II": ([gvhd("acute", 20, "III")], "gvhd on day 20"),
        "reached later": ([gvhd("acute", 20, "II", grade_history=[(20, "I"), (25, "II")])], "gvhd on day 25"),
        "grade I": ([gvhd("acute", 20, "I"), contact(90)], f"censored on day 90: {ALIVE}"),
        "chronic is not acute": ([gvhd("chronic", 20, "severe"), contact(90)], f"censored on day 90: {ALIVE}"),
        "death competes": ([gvhd("acute", 60, "II"), death(50)], "death on day 50"),
        "GVHD, then death": ([gvhd("acute", 20, "II"), death(50)], "gvhd on day 20"),
        "fallen, and reached again": (
            [gvhd("acute", 20, grade_history=[(20, "II"), (30, "I"), (40, "II")])],
            "gvhd on day 20",
        ),
        "a worst grade without its day passes II": (
            [gvhd("acute", "2026-03", "III", grade_history=[(20, "I")])],
            "gvhd on day 0, imputed Y",
        ),
        "two episodes: the earlier": ([gvhd("acute", 60, "III"), gvhd("acute", 20, "II")], "gvhd on day 20"),
    }
)
def test_acute_gvhd_on_the_day_the_grade_is_reached(records: list[Raw], expected: str) -> None:
    assert outcome("AGVHD2", infusion(), *records) == expected


@table(
    {
        "grade III at the infusion": ([gvhd("acute", -10, "III"), contact(90)], f"censored on day 90: {ALIVE}"),
        "grade II at the infusion, III after it": (
            [gvhd("acute", -10, grade_history=[(-10, "II"), (15, "III")])],
            "gvhd on day 15",
        ),
        "III before, I at the infusion, III again": (
            [gvhd("acute", -20, "III", grade_history=[(-20, "III"), (-5, "I"), (15, "III")])],
            "gvhd on day 15",
        ),
        "III at the infusion, I after it, III again": (
            [gvhd("acute", -20, "III", grade_history=[(-20, "III"), (5, "I"), (15, "III")]), contact(90)],
            f"censored on day 90: {ALIVE}",
        ),
        "an episode after one that had ended": (
            [gvhd("acute", -40, "III", end=-20), gvhd("acute", 15, "III")],
            "gvhd on day 15",
        ),
        "begun in the month of the infusion, ended before it": (
            [gvhd("acute", "2026-03", "III", end=-2), contact(90)],
            f"censored on day 90: {ALIVE}",
        ),
        "begun on an unknown day, ended before it": (
            [gvhd("acute", None, "III", end=-2), contact(90)],
            f"censored on day 90: {ALIVE}",
        ),
        "begun in the month of the infusion": ([gvhd("acute", "2026-03", "III")], "gvhd on day 0, imputed D"),
        "worse than every dated grade": (
            [gvhd("acute", -5, "III", grade_history=[(-5, "I")])],
            "gvhd on day 0, imputed Y",
        ),
        "graded at the onset, changes after it": (
            [gvhd("acute", 10, "III", grade_history=[(20, "I")])],
            "gvhd on day 10",
        ),
    }
)
def test_prevalent_gvhd_is_no_event(records: list[Raw], expected: str) -> None:
    assert outcome("AGVHD3", infusion(), *records) == expected


@table(
    {
        "mild": ([gvhd("chronic", 100, "mild")], "gvhd on day 100"),
        "severe at once": ([gvhd("chronic", 100, "severe")], "gvhd on day 100"),
        "severity not recorded is not none": ([gvhd("chronic", 100)], "gvhd on day 100"),
        "severity none": ([gvhd("chronic", 100, "none"), contact(200)], f"censored on day 200: {ALIVE}"),
        "prevalent and worse later": (
            [gvhd("chronic", -10, grade_history=[(-10, "mild"), (50, "severe")]), contact(200)],
            f"censored on day 200: {ALIVE}",
        ),
        "acute is not chronic": ([gvhd("acute", 100, "IV"), contact(200)], f"censored on day 200: {ALIVE}"),
        "death competes": ([death(50), gvhd("chronic", 100, "mild")], "death on day 50"),
    }
)
def test_chronic_gvhd_on_the_day_of_diagnosis(records: list[Raw], expected: str) -> None:
    assert outcome("CGVHD", infusion(), *records) == expected


def test_an_adverse_event_named_gvhd_is_no_graded_gvhd() -> None:
    records = [infusion(), adverse_event("Acute graft versus host disease", 10, 4), contact(90)]
    assert outcome("AGVHD3", *records) == f"censored on day 90: {ALIVE}"
