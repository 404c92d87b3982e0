"""Awkward histories, disease: relapse, remission and baseline beside each other, by clock, in part and corrected.

Day 0 is 10 March 2026 in Berlin. 1 May is day 52, 1 January 2027 day 297.
"""

from typing import Any

from tests.endpoints.spec.harness import (
    Raw,
    assessment,
    contact,
    death,
    infusion,
    outcome,
    relapse,
    table,
    therapy,
    withdrawal,
)

REMISSION = [infusion(), assessment(-7, "CR")]
LAST = "last disease assessment without relapse"
NOTHING = "censored on day 0: no evidence after the start"
NOT_IN_REMISSION = "excluded: not in CR/CRi at the infusion"
NO_STATUS = "excluded: no disease status on or before the infusion"
ERROR: dict[str, Any] = {"status": "entered-in-error"}


@table(
    {
        "remission and relapse of one day: the relapse": (
            [*REMISSION, assessment(50, "CR"), relapse(50)],
            "relapse on day 50",
        ),
        "alive after the relapse, dead after that": (
            [*REMISSION, relapse(50), contact(60), death(70)],
            "relapse on day 50",
        ),
        "assessed after the death": ([*REMISSION, death(50), assessment(60, "CR")], "death on day 50"),
        "a relapse that was another patient's": (
            [*REMISSION, relapse(50, id="D"), relapse(50, id="D", subject="002"), assessment(60, "CR")],
            f"censored on day 60: {LAST}",
        ),
        "relapse in a year, assessed in it": (
            [*REMISSION, relapse("2027"), death(400)],
            "relapse on day 297, imputed M",
        ),
        "dead in the month of the last assessment": (
            [*REMISSION, assessment(60, "CR"), death("2026-05")],
            "death on day 60, imputed D",
        ),
        "told dead, last seen after the last assessment": (
            [*REMISSION, assessment(30, "CR"), contact(50), contact(70, alive=False)],
            "death on day 51, imputed Y",
        ),
        "MRD comes and goes": (
            [*REMISSION, relapse(30, "mrd"), assessment(60, "CR"), relapse(90, "mrd")],
            f"censored on day 90: {LAST}",
        ),
        "relapse after a further infusion": ([*REMISSION, infusion(30), relapse(60)], "relapse on day 60"),
        "not evaluable after the death": ([*REMISSION, death(50), assessment(60, "NE")], "death on day 50"),
        "withdrawn, and the death is dated before": (
            [*REMISSION, death(20), withdrawal(30, "all-data")],
            "death on day 20",
        ),
    }
)
def test_disease_free_survival(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *records) == expected


@table(
    {
        "CR of the morning, PR of the noon": (
            [
                infusion("2026-03-10T14:00:00+01:00"),
                assessment("2026-03-10T12:00:00+01:00", "PR"),
                assessment("2026-03-10T08:00:00+01:00", "CR"),
            ],
            NOT_IN_REMISSION,
        ),
        "the noon in another zone": (
            [
                infusion("2026-03-10T14:00:00+01:00"),
                assessment("2026-03-10T12:30:00Z", "CR"),
                assessment("2026-03-10T13:00:00+01:00", "PR"),
            ],
            f"censored on day 0: {LAST}",
        ),
        "after the infusion in another zone": (
            [infusion("2026-03-10T14:00:00+01:00"), assessment("2026-03-10T13:30:00Z", "CR")],
            NO_STATUS,
        ),
        "the evening before in New York is the day of the infusion": (
            [infusion("2026-03-10T14:00:00+01:00"), assessment("2026-03-09T20:00:00-04:00", "CR")],
            f"censored on day 0: {LAST}",
        ),
        "the only status was an error": (
            [infusion(), assessment(-7, "CR", id="B"), assessment(-7, "CR", id="B", **ERROR)],
            NO_STATUS,
        ),
        "the last status was an error": (
            [infusion(), assessment(-30, "CR"), assessment(-7, "PR", id="B"), assessment(-7, "PR", id="B", **ERROR)],
            NOTHING,
        ),
        "corrected to a day after the infusion": (
            [infusion(), assessment(-7, "CR", id="B"), assessment(3, "CR", id="B")],
            NO_STATUS,
        ),
        "a first infusion that was not done does not fix the baseline": (
            [infusion(0, "not-done"), assessment(-7, "PR"), assessment(5, "CR"), infusion(10)],
            NOTHING,
        ),
        "chemotherapy between the status and the infusion": (
            [*REMISSION, therapy(-3), relapse(50)],
            "relapse on day 50",
        ),
    }
)
def test_baseline(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *records) == expected
