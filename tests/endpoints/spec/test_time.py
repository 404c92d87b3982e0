"""Time: day 0, the window of 4 weeks, clock times on day 0, time zones of the site, further infusions."""

from zoneinfo import ZoneInfo

import pytest

from tests.endpoints.spec.harness import (
    Raw,
    adverse_event,
    answer,
    assessment,
    contact,
    death,
    infusion,
    outcome,
    record,
    relapse,
    row,
    table,
)

MORNING, INFUSION, EVENING = "2026-03-10T08:00:00+01:00", "2026-03-10T14:00:00+01:00", "2026-03-10T20:00:00+01:00"
REMISSION = assessment(-7, "CR")


def test_every_result_gives_both_counts() -> None:
    """2026-03-10 to 2026-04-29: 21 days to the end of March and 29 in April, over the change to summer time."""
    found = row("OS", infusion("2026-03-10"), death("2026-04-29"))
    assert (found["start_date"], found["date"], found["days"], found["aval"]) == ("2026-03-10", "2026-04-29", 50, 51)


def test_days_are_calendar_days_not_blocks_of_24_hours() -> None:
    found = row("OS", infusion("2026-03-10T23:50:00+01:00"), death("2026-03-11T00:10:00+01:00"))
    assert found["days"] == 1


def test_an_event_on_day_0_is_legal() -> None:
    """H4: aval 1 with the +1 of ADaM, 0 days without."""
    found = row("OS", infusion(), death(0))
    assert (found["days"], found["aval"], found["cnsr"]) == (0, 1, 0)


def sepsis(when: str | int, **fields: object) -> Raw:
    return adverse_event("Sepsis", when, 4, serious=True, relatedness="possible", **fields)


@table(
    {
        "day 28 is inside the 4 weeks": ([infusion(), sepsis("2026-04-07"), contact(40)], "DLT-2 on day 28"),
        "day 29 is outside": ([infusion(), sepsis("2026-04-08"), contact(40)], "no DLT"),
        "day 0 is inside": ([infusion(), sepsis(0), contact(40)], "DLT-2 on day 0"),
        "the day before is outside": ([infusion(), sepsis(-1), contact(40)], "no DLT"),
    }
)
def test_within_4_weeks_is_days_0_to_28_inclusive(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *records) == expected
    sae = expected.replace("DLT-2", "1 SAE, first").replace("no DLT", "no SAE")
    assert outcome("SAE", *records) == sae


@table(
    {
        "both timed, event first: not after": ([infusion(INFUSION), sepsis(MORNING), contact(40)], "no DLT"),
        "both timed, event later": ([infusion(INFUSION), sepsis(EVENING), contact(40)], "DLT-2 on day 0"),
        "both at one time: not before": ([infusion(INFUSION), sepsis(INFUSION), contact(40)], "DLT-2 on day 0"),
        "event without a time: after": ([infusion(INFUSION), sepsis("2026-03-10"), contact(40)], "DLT-2 on day 0"),
        "infusion without a time: after": ([infusion("2026-03-10"), sepsis(MORNING), contact(40)], "DLT-2 on day 0"),
        "neither timed: after": ([infusion("2026-03-10"), sepsis("2026-03-10"), contact(40)], "DLT-2 on day 0"),
    }
)
def test_only_two_clock_times_put_an_event_of_day_0_before_the_infusion(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *records) == expected


@table(
    {
        "relapse of the evening": (
            [infusion(INFUSION), REMISSION, relapse(EVENING)],
            "relapse on day 0",
        ),
        "relapse of the morning is the baseline": (
            [infusion(INFUSION), REMISSION, relapse(MORNING)],
            "excluded: not in CR/CRi at the infusion",
        ),
        "relapse without a time is the baseline": (
            [infusion(INFUSION), REMISSION, relapse(0)],
            "excluded: not in CR/CRi at the infusion",
        ),
    }
)
def test_a_relapse_on_day_0(records: list[Raw], expected: str) -> None:
    assert outcome("DFS", *records) == expected


@pytest.mark.parametrize(
    ("site_zone", "day_0"),
    [
        ("Europe/Berlin", "2026-03-11"),
        ("America/New_York", "2026-03-10"),
        ("Asia/Tokyo", "2026-03-11"),
        (None, "2026-03-10"),
    ],
)
def test_the_day_is_that_of_the_sites_calendar(site_zone: str | None, day_0: str) -> None:
    """23:30 UTC on 10 March is 00:30 in Berlin, 19:30 in New York, 08:30 in Tokyo; without a zone, as written."""
    zone = ZoneInfo(site_zone) if site_zone else None
    found = row("OS", infusion("2026-03-10T23:30:00+00:00"), death("2026-03-20"), zone=zone)
    assert found["start_date"] == day_0


@pytest.mark.parametrize("site_zone", ["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
def test_a_date_is_never_shifted(site_zone: str) -> None:
    """H24."""
    found = row("OS", infusion("2026-03-10"), death("2026-03-20"), zone=ZoneInfo(site_zone))
    assert (found["start_date"], found["date"]) == ("2026-03-10", "2026-03-20")


def test_a_time_near_midnight_decides_the_window_by_the_sites_date() -> None:
    """22:30 UTC on 7 April (day 28) is 00:30 on 8 April (day 29) in Berlin and still 7 April in New York."""
    records = [infusion("2026-03-10"), sepsis("2026-04-07T22:30:00+00:00"), contact(40)]
    assert outcome("DLT", *records) == "no DLT"
    assert outcome("DLT", *records, zone=ZoneInfo("America/New_York")) == "DLT-2 on day 28"


@table(
    {
        "window": ([infusion(0), infusion(14), sepsis(30), contact(60)], "no DLT"),
        "window, first inside": ([infusion(14), infusion(0), sepsis(20), contact(60)], "DLT-2 on day 20"),
    }
)
def test_a_second_infusion_does_not_move_day_0(records: list[Raw], expected: str) -> None:
    """H15; in whatever order the infusions arrive."""
    assert outcome("DLT", *records) == expected


def test_a_second_infusion_does_not_move_the_start_of_survival() -> None:
    found = row("OS", infusion(14, number=2), infusion(0, number=1), death(20))
    assert (found["start_date"], found["days"]) == ("2026-03-10", 20)


def test_two_infusions_on_one_day_start_at_the_first_clock_time() -> None:
    """The sepsis at 08:00 is before the infusion at 14:00, and after one at 06:00."""
    late, early = infusion(INFUSION), infusion("2026-03-10T06:00:00+01:00")
    assert outcome("DLT", late, sepsis(MORNING), contact(40)) == "no DLT"
    assert outcome("DLT", late, early, sepsis(MORNING), contact(40)) == "DLT-2 on day 0"


@table(
    {
        "not done": ([infusion(0, "not-done"), contact(20)], "excluded: not infused"),
        "entered in error": ([infusion(0, status="entered-in-error"), contact(20)], "excluded: not infused"),
        "stopped before any cell": (
            [infusion(0, "stopped", dose={"value": 0, "unit": "10^6/kg"}), contact(20)],
            "excluded: not infused",
        ),
        "stopped after some": ([infusion(0, "stopped"), contact(20)], "censored on day 20: last known alive"),
        "not done, then done": ([infusion(0, "not-done"), infusion(7), death(27)], "death on day 20"),
        "no infusion": ([contact(20)], "excluded: not infused"),
    }
)
def test_not_infused_is_in_no_set(records: list[Raw], expected: str) -> None:
    """H16."""
    assert outcome("OS", *records) == expected
    if expected.startswith("excluded"):
        assert {answer(name, *records) for name in ("DLT", "SAE", "DFS", "DOR", "AGVHD2")} == {"not infused"}


def test_an_infusion_without_a_full_date_is_refused() -> None:
    """Day 0 is never imputed."""
    with pytest.raises(AssertionError, match="start"):
        outcome("OS", record("infusion", start="2026-03"))
