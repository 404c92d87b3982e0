"""Awkward histories, survival: clocks around midnight, parts of dates, cut-offs, chains of corrections.

Day 0 is 10 March 2026 in Berlin; summer time begins on 29 March. 1 April is day 22, 1 May day 52.
"""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.endpoints.spec.harness import (
    Raw,
    adverse_event,
    contact,
    death,
    infusion,
    lab,
    outcome,
    subject,
    table,
    withdrawal,
)

ALIVE, CUT, WITHDRAWN = "last known alive", "data cut-off", "consent withdrawn"
NOT_INFUSED = "excluded: not infused"
ERROR: dict[str, Any] = {"status": "entered-in-error"}


@table(
    {
        "over the change to summer time": (
            [infusion("2026-03-28T23:30:00+01:00"), death("2026-03-30T00:30:00+02:00")],
            "death on day 2",
        ),
        "23:30 in Greenwich is the next day in winter": (
            [infusion("2026-03-28"), death("2026-03-28T23:30:00Z")],
            "death on day 1",
        ),
        "22:30 in Greenwich is the same day in winter": (
            [infusion("2026-03-28"), death("2026-03-28T22:30:00Z")],
            "death on day 0",
        ),
        "22:30 in Greenwich is the next day in summer": (
            [infusion("2026-03-28"), death("2026-03-29T22:30:00Z")],
            "death on day 2",
        ),
        "a morning in Tokyo is the evening before": (
            [infusion("2026-03-28"), death("2026-03-31T07:00:00+09:00")],
            "death on day 3",
        ),
        "an infusion at half past eleven in Greenwich": (
            [infusion("2026-03-09T23:30:00Z"), death("2026-03-11")],
            "death on day 1",
        ),
    }
)
def test_clocks_of_other_places(records: list[Raw], expected: str) -> None:
    assert outcome("OS", *records) == expected


def test_the_cut_off_is_a_day_at_the_site() -> None:
    """22:30 UTC on 29 April (day 50) is 30 April in Berlin, and still 29 April where no zone is declared."""
    records = [infusion("2026-03-10"), contact(20), death("2026-04-29T22:30:00Z")]
    assert outcome("OS", *records, cutoff=50) == f"censored on day 50: {CUT}"
    assert outcome("OS", *records, cutoff=50, zone=None) == "death on day 50"
    assert outcome("OS", *records, cutoff=50, zone=ZoneInfo("America/New_York")) == "death on day 50"


@table(
    {
        "the month of the infusion, seen in it": ([contact(5), death("2026-03")], "death on day 5, imputed D"),
        "a month wholly before the infusion": ([contact(20), death("2026-02")], f"censored on day 20: {ALIVE}"),
        "a year, seen in it": ([contact(60), death("2026")], "death on day 60, imputed M"),
        "a part of a date and none": ([contact(20), death(None), death("2026-05")], "death on day 52, imputed D"),
        "no date and an exact one": ([contact(20), death(None), death(60)], "death on day 60"),
        "last seen in a month: its first day": ([contact("2026-05"), death(None)], "death on day 53, imputed Y"),
        "last seen in the year of the infusion": ([contact("2026"), death(None)], "death on day 1, imputed Y"),
        "seen in the year of the infusion": ([contact("2026")], f"censored on day 0: {ALIVE}"),
    }
)
def test_parts_of_dates(records: list[Raw], expected: str) -> None:
    assert outcome("OS", infusion(), *records) == expected


@table(
    {
        "may have died before it": ([contact(20), death("2026-05")], "death on day 52, imputed D"),
        "seen after it in the month of the death": ([contact(65), death("2026-05")], f"censored on day 60: {CUT}"),
        "seen on it in the month of the death": ([contact(60), death("2026-05")], "death on day 60, imputed D"),
        "unknown death, last seen on it: a day too late": ([contact(60), death(None)], f"censored on day 60: {ALIVE}"),
        "unknown death, last seen the day before": ([contact(59), death(None)], "death on day 60, imputed Y"),
        "withdrawn in the month of the death, seen before": (
            [contact(20), withdrawal(55, "follow-up"), death("2026-05")],
            "death on day 55, imputed D",
        ),
        "withdrew and died on one day": ([withdrawal(30, "follow-up"), death(30)], "death on day 30"),
        "two systems, the wider withdrawal is the later": (
            [
                withdrawal(20, "treatment"),
                withdrawal(40, "follow-up", source="edc"),
                death(50),
            ],
            f"censored on day 40: {WITHDRAWN}",
        ),
        "two systems, one allows vital status": (
            [
                withdrawal(20, "follow-up", True),
                withdrawal(40, "follow-up", False, source="edc"),
                death(50),
            ],
            f"censored on day 40: {WITHDRAWN}",
        ),
    }
)
def test_what_straddles_the_cut_off_of_day_60(records: list[Raw], expected: str) -> None:
    """Day 60 is 9 May."""
    assert outcome("OS", infusion(), *records, cutoff=60) == expected


@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        (-1, NOT_INFUSED),
        (0, f"censored on day 0: {ALIVE}"),
        (4, f"censored on day 4: {CUT}"),
        (5, "death on day 5"),
    ],
)
def test_cut_offs_around_the_infusion_and_the_death(cutoff: int, expected: str) -> None:
    assert outcome("OS", infusion(), death(5), cutoff=cutoff) == expected


@table(
    {
        "wrong, right, wrong, right": (
            [
                infusion(),
                contact(20),
                death(50, id="D"),
                death(50, id="D", **ERROR),
                death(55, id="D"),
                death(55, id="D", **ERROR),
            ],
            f"censored on day 20: {ALIVE}",
        ),
        "one of two deaths": (
            [infusion(), death(50, id="D"), death(60, id="E"), death(50, id="D", **ERROR)],
            "death on day 60",
        ),
        "the death is another patient's": (
            [infusion(), contact(20), death(50, id="D"), death(50, id="D", subject="002")],
            f"censored on day 20: {ALIVE}",
        ),
        "the last contact is another patient's": (
            [infusion(), contact(20), contact(90, id="C"), contact(90, id="C", subject="002")],
            f"censored on day 20: {ALIVE}",
        ),
        "the date becomes a part of one": (
            [infusion(), contact(20), death(60, id="D"), death("2026-05", id="D")],
            "death on day 52, imputed D",
        ),
        "the part becomes a date": (
            [infusion(), contact(20), death("2026-05", id="D"), death(60, id="D")],
            "death on day 60",
        ),
        "the infusion was another patient's": (
            [infusion(id="I"), contact(20), infusion(id="I", subject="002")],
            NOT_INFUSED,
        ),
        "the first infusion was an error": (
            [infusion(0, id="I"), infusion(7), infusion(0, id="I", **ERROR), death(27)],
            "death on day 20",
        ),
        "stopped before any cell, then done": (
            [infusion(0, "stopped", dose={"value": 0, "unit": "10^6/kg"}), infusion(3), death(23)],
            "death on day 20",
        ),
        "done, not done, done": ([infusion(5), infusion(0, "not-done"), infusion(10), death(25)], "death on day 20"),
        "not done is no evidence of life": (
            [infusion(), infusion(90, "not-done"), contact(20)],
            f"censored on day 20: {ALIVE}",
        ),
        "the subject was an error and is back": (
            [subject(id="S"), infusion(), death(20), subject(id="S", **ERROR), subject(id="S")],
            "death on day 20",
        ),
    }
)
def test_chains_of_corrections(records: list[Raw], expected: str) -> None:
    assert outcome("OS", *records) == expected


def test_a_correction_moves_a_death_over_the_cut_off_and_back() -> None:
    """Received: subject, infusion, contact, death on day 50, corrected to 70, corrected to 60."""
    deaths = [death(when, id="D") for when in (50, 70, 60)]
    records = [subject(), infusion(), contact(20), *deaths]
    told = [outcome("OS", *records, as_of=seq, cutoff=60) for seq in (3, 4, 5, 6)]
    assert told == [f"censored on day 20: {ALIVE}", "death on day 50", f"censored on day 60: {CUT}", "death on day 60"]


def test_a_correction_moves_the_infusion_over_the_cut_off() -> None:
    records = [subject(), infusion(0, id="I"), death(80), infusion(60, id="I")]
    assert outcome("OS", *records, as_of=3, cutoff=59) == f"censored on day 59: {CUT}"
    assert outcome("OS", *records, as_of=4, cutoff=59) == NOT_INFUSED
    assert outcome("OS", *records) == "death on day 20"


@table(
    {
        "fatal event, no death record, contact after it": (
            [adverse_event("Sepsis", 20, 5), contact(40)],
            f"censored on day 40: {ALIVE}",
        ),
        "a sample after the death": ([death(50), lab(52)], "death on day 50"),
        "an event that ends after the death": ([death(50), adverse_event("Nausea", 40, 1, end=60)], "death on day 50"),
        "told alive and told dead on one day": (
            [contact(40), contact(40, alive=False)],
            "death on day 40, imputed Y",
        ),
    }
)
def test_contradictions(records: list[Raw], expected: str) -> None:
    """The result stands on the earlier evidence, and nobody is alive after a death."""
    assert outcome("OS", infusion(), *records) == expected
