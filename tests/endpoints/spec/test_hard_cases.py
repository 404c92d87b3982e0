"""The hard cases H1 to H24 of the domain reference, one after the other: patient, endpoint, outcome.

Day 0 is the infusion, 10 March 2026. Where the domain reference and the conventions of the trial differ, the latter
decide; the rows that say "convention" are those.
"""

import pytest

from tests.endpoints.spec.harness import (
    Raw,
    adverse_event,
    assessment,
    contact,
    death,
    gvhd,
    infusion,
    iso,
    lab,
    outcome,
    record,
    relapse,
    row,
    therapy,
    transplant,
    withdrawal,
)

REMISSION = [infusion(), assessment(-7, "CR")]
ACTIVE = [infusion(), assessment(-7, "PR")]
LAST = "last disease assessment without relapse"
ALIVE, CUT, WITHDRAWN = "last known alive", "data cut-off", "consent withdrawn"
NOT_INFUSED, NOTHING = "excluded: not infused", "censored on day 0: no evidence after the start"
EVENING, INFUSED = "2026-03-10T20:00:00+01:00", "2026-03-10T14:00:00+01:00"
Case = tuple[str, list[Raw], str]

SAME_DAY = [*REMISSION, death(50), relapse(50)]
BOTH = [*REMISSION, relapse(50), death(90)]
SEEN = [*REMISSION, assessment(30, "CR"), contact(200)]
NEW_THERAPY = [*REMISSION, assessment(20, "CR"), therapy(40), assessment(50, "CR"), relapse(60), death(90)]
LOST = [*REMISSION, assessment(30, "CR"), contact(40), contact(100, alive=None, lost=True)]
LATE_DEATH = [*REMISSION, assessment(30, "CR"), contact(40), death(60)]
AGAIN = [*ACTIVE, assessment(30, "CR"), relapse(90), assessment(120, "CR"), relapse(200)]

CASES: dict[str, Case] = {
    "H1: relapse and death on one day, DFS": ("DFS", SAME_DAY, "relapse on day 50"),
    "H1: relapse and death on one day, OS": ("OS", SAME_DAY, "death on day 50"),
    "H1: relapse and death on one day, CIR and not NRM": ("CIR_NRM", SAME_DAY, "relapse on day 50"),
    "H1: relapse and death on one day, DOR": (
        "DOR",
        [*ACTIVE, assessment(30, "CR"), death(50), relapse(50)],
        "relapse on day 20",
    ),
    "H2: relapse, then death, DFS": ("DFS", BOTH, "relapse on day 50"),
    "H2: relapse, then death, OS": ("OS", BOTH, "death on day 90"),
    "H2: relapse, then death is no NRM": ("CIR_NRM", BOTH, "relapse on day 50"),
    "H3: relapse before the infusion is history": ("DFS", [infusion(), relapse(-20), assessment(-7, "CR")], NOTHING),
    "H3: toxicity before the infusion is no DLT": (
        "DLT",
        [infusion(), adverse_event("Sepsis", -1, 4), contact(40)],
        "no DLT",
    ),
    "H4: death on the day of the infusion": ("OS", [infusion(), death(0)], "death on day 0"),
    "H4: relapse in the evening of the infusion": (
        "DFS",
        [infusion(INFUSED), assessment(-7, "CR"), relapse(EVENING)],
        "relapse on day 0",
    ),
    "H5: an assessment later than the relapse": (
        "DFS",
        [*REMISSION, relapse(50), assessment(80, "CR")],
        "relapse on day 50",
    ),
    "H5: a contact later than the death": ("OS", [infusion(), death(50), contact(80)], "death on day 50"),
    "H6: alive and never assessed, DFS": ("DFS", [*REMISSION, contact(200)], NOTHING),
    "H6: alive and never assessed, OS": ("OS", [*REMISSION, contact(200)], f"censored on day 200: {ALIVE}"),
    "H7: dead and never assessed": ("DFS", [*REMISSION, death(90)], "death on day 90"),
    "H8: new therapy is ignored (convention)": ("DFS", NEW_THERAPY, "relapse on day 60"),
    "H8: new therapy is ignored in OS": ("OS", NEW_THERAPY, "death on day 90"),
    "H8: a second transplant is ignored (convention)": (
        "DFS",
        [*REMISSION, transplant(40), relapse(60)],
        "relapse on day 60",
    ),
    "H8: a response after new therapy is none": (
        "DOR",
        [*ACTIVE, therapy(20), assessment(30, "CR")],
        "excluded: no CR/CRi after the infusion",
    ),
    "H8: prophylactic maintenance is no new therapy": (
        "DOR",
        [*ACTIVE, therapy(20, "maintenance", "prophylaxis"), assessment(30, "CR"), relapse(90)],
        "relapse on day 60",
    ),
    "H10: lost to follow-up on day 100, DFS": ("DFS", LOST, f"censored on day 30: {LAST}"),
    "H10: lost to follow-up on day 100, OS": ("OS", LOST, f"censored on day 40: {ALIVE}"),
    "H11: withdrawn from follow-up": (
        "OS",
        [infusion(), withdrawal(30, "follow-up"), death(50)],
        f"censored on day 30: {WITHDRAWN}",
    ),
    "H11: withdrawn, vital status may be followed": (
        "OS",
        [infusion(), withdrawal(30, "follow-up", True), death(50)],
        "death on day 50",
    ),
    "H11: withdrawn from treatment alone": (
        "OS",
        [infusion(), withdrawal(30, "treatment"), death(50)],
        "death on day 50",
    ),
    "H11: withdrawn from follow-up, DFS": (
        "DFS",
        [*REMISSION, assessment(20, "CR"), withdrawal(30, "follow-up"), relapse(40)],
        f"censored on day 20: {LAST}",
    ),
    "H13: death in a month, alive in it": (
        "OS",
        [infusion(), contact("2026-05-20"), death("2026-05")],
        "death on day 71, imputed D",
    ),
    "H13: death in a month after the last contact": (
        "OS",
        [infusion(), contact(20), death("2026-05")],
        "death on day 52, imputed D",
    ),
    "H14: dead, nobody knows when (convention)": (
        "OS",
        [infusion(), contact(20), death(None)],
        "death on day 21, imputed Y",
    ),
    "H15: several infusions": ("OS", [infusion(14), infusion(0), infusion(28), death(50)], "death on day 50"),
    "H16: infusion not done": ("OS", [infusion(0, "not-done"), contact(20)], NOT_INFUSED),
    "H16: infusion entered in error": ("DFS", [*ACTIVE[1:], infusion(status="entered-in-error")], NOT_INFUSED),
    "H17: CR, relapse, CR, relapse": ("DOR", AGAIN, "relapse on day 60"),
    "H18: CRi, then CR": (
        "DOR",
        [*ACTIVE, assessment(30, "CRi"), assessment(60, "CR"), relapse(90)],
        "relapse on day 60",
    ),
    "H19: not evaluable is no date to censor at": (
        "DFS",
        [*REMISSION, assessment(30, "CR"), assessment(60, "NE")],
        f"censored on day 30: {LAST}",
    ),
    "H19: not evaluable is no relapse": (
        "DFS",
        [*REMISSION, assessment(30, "NE"), relapse(60)],
        "relapse on day 60",
    ),
    "H20: relapse after a year without a visit": (
        "DFS",
        [*REMISSION, assessment(30, "CR"), relapse(400)],
        "relapse on day 400",
    ),
    "H21: a corrected report replaces the first": (
        "DFS",
        [*REMISSION, relapse(50, id="D"), assessment(50, "CR", id="D", status="amended")],
        f"censored on day 50: {LAST}",
    ),
    "H21: a report entered in error counts nowhere": (
        "DFS",
        [*REMISSION, assessment(30, "CR"), relapse(50, id="D"), relapse(50, id="D", status="entered-in-error")],
        f"censored on day 30: {LAST}",
    ),
    "H22: death from a relapse that nobody documented, DFS": (
        "DFS",
        [*REMISSION, death(50, "relapse")],
        "death on day 50",
    ),
    "H22: death from a relapse that nobody documented, CIR": (
        "CIR_NRM",
        [*REMISSION, death(50, "relapse")],
        "relapse on day 50",
    ),
    "H22: a documented relapse keeps its own day": (
        "CIR_NRM",
        [*REMISSION, relapse(30), death(50, "relapse")],
        "relapse on day 30",
    ),
    "H22: cause of death not recorded": ("CIR_NRM", [*REMISSION, death(50)], "nrm on day 50"),
    "H23: second cancer": (
        "DFS",
        [*REMISSION, adverse_event("Treatment related secondary malignancy", 40, 4), assessment(60, "CR")],
        f"censored on day 60: {LAST}",
    ),
    "H23: graft failure": (
        "DFS",
        [*REMISSION, adverse_event("Graft failure", 40, 4), assessment(60, "CR")],
        f"censored on day 60: {LAST}",
    ),
    "H24: a date is never shifted": ("OS", [infusion(), death("2026-03-11")], "death on day 1"),
    "H24: half past ten at night in Greenwich is tomorrow at the site": (
        "OS",
        [infusion(), death("2026-04-08T22:30:00Z")],
        "death on day 30",
    ),
}


@pytest.mark.parametrize(("endpoint", "records", "expected"), CASES.values(), ids=CASES)
def test_hard_case(endpoint: str, records: list[Raw], expected: str) -> None:
    assert outcome(endpoint, *records) == expected


HYPOTHETICAL: dict[str, Case] = {
    "H8: observation ends at new therapy, DFS": ("DFS", NEW_THERAPY, f"censored on day 20: {LAST}"),
    "H8: observation ends at new therapy, OS": ("OS", NEW_THERAPY, "censored on day 40: new anti-leukaemic therapy"),
    "H9: of several dates that before the therapy, not the latest": (
        "CIR_NRM",
        NEW_THERAPY,
        f"censored on day 20: {LAST}",
    ),
    "H9: without new therapy the last of all": ("DFS", SEEN, f"censored on day 30: {LAST}"),
}


@pytest.mark.parametrize(("endpoint", "records", "expected"), HYPOTHETICAL.values(), ids=HYPOTHETICAL)
def test_hypothetical(endpoint: str, records: list[Raw], expected: str) -> None:
    assert outcome(endpoint, *records, analysis="hypothetical") == expected


AT_DAY_50: dict[str, Case] = {
    "H12: a death after the cut-off is none": ("DFS", LATE_DEATH, f"censored on day 30: {LAST}"),
    "H12: a death after the cut-off proves life at it": ("OS", LATE_DEATH, f"censored on day 50: {CUT}"),
    "H12: a death on the cut-off counts": ("OS", [infusion(), death(50)], "death on day 50"),
    "H12: a remission after the cut-off is none": (
        "DOR",
        [*ACTIVE, assessment(51, "CR")],
        "excluded: no CR/CRi after the infusion",
    ),
    "H12: an infusion after the cut-off is none": ("OS", [infusion(51), contact(90)], NOT_INFUSED),
    "H12: GVHD after the cut-off is none": (
        "AGVHD2",
        [infusion(), contact(40), gvhd("acute", 51, "II")],
        f"censored on day 50: {CUT}",
    ),
    "H13: a death in a month that begins after the cut-off": (
        "OS",
        [infusion(), lab(20), death("2026-05")],
        f"censored on day 50: {CUT}",
    ),
}


@pytest.mark.parametrize(("endpoint", "records", "expected"), AT_DAY_50.values(), ids=AT_DAY_50)
def test_at_a_cut_off_of_day_50(endpoint: str, records: list[Raw], expected: str) -> None:
    assert outcome(endpoint, *records, cutoff=50) == expected


def test_h4_an_event_on_the_first_day_counts_one_day_in_adam() -> None:
    found = row("OS", infusion(), death(0))
    assert (found["days"], found["aval"], found["cnsr"]) == (0, 1, 0)


def test_h11_end_of_study_is_no_withdrawal() -> None:
    """An administrative date ends nothing and proves nothing."""
    ended = record("end_of_study", date=iso(30), reason="withdrawal")
    assert outcome("OS", infusion(), contact(20), ended, death(50)) == "death on day 50"
