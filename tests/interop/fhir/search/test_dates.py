"""Dates as intervals, worked out by hand: 2024-03-01 is day 19783 since 1970, 2024-01-01 is day 19723.

https://hl7.org/fhir/R4/search.html#date
"""

import pytest

from app.interop.fhir.search.dates import OPEN, Interval, interval, period, timing

DAY = 86_400_000
MARCH = 19_783 * DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", Interval(19_723 * DAY, 20_089 * DAY)),  # a leap year
        ("2024-03", Interval(MARCH, MARCH + 31 * DAY)),
        ("2024-03-01", Interval(MARCH, MARCH + DAY)),
        ("2024-12", Interval(20_058 * DAY, 20_089 * DAY)),
        ("2024-03-01T10:30", Interval(MARCH + 37_800_000, MARCH + 37_860_000, 0, True)),
        ("2024-03-01T10:30:00Z", Interval(MARCH + 37_800_000, MARCH + 37_801_000, 0, True)),
        ("2024-03-01T00:30:00+01:00", Interval(MARCH + 1_800_000, MARCH + 1_801_000, 60, True)),
        ("2024-03-01T00:30:00.5-02:30", Interval(MARCH + 1_800_500, MARCH + 1_800_600, -150, True)),
        ("2024-03-01T00:30:00.1234567Z", Interval(MARCH + 1_800_123, MARCH + 1_800_124, 0, True)),
        ("9999-12-31", Interval(2_932_896 * DAY, OPEN)),
    ],
)
def test_a_date_is_an_interval(text: str, expected: Interval) -> None:
    assert interval(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "24", "2024-13", "2024-02-30", "2024-3-1", "0000", "2024-03-01T24:00:00Z", "2024-03-01T10:00+15:00", "x"],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert interval(text) is None


def test_half_past_midnight_in_berlin_is_the_day_before_in_utc() -> None:
    found = interval("2024-03-01T00:30:00+01:00")
    assert found is not None
    assert found.low >= MARCH > found.in_utc()[0]


def test_a_period_is_open_where_it_says_nothing() -> None:
    assert period({"start": "2024-03-01"}) == Interval(MARCH, OPEN)
    assert period({"end": "2024-03-01"}) == Interval(-OPEN, MARCH + DAY)
    assert period({}) is None
    # Start in winter, end in summer time: both on the clock of the start.
    changed = period({"start": "2024-03-01T00:00:00+01:00", "end": "2024-03-31T12:00:00+02:00"})
    assert changed == Interval(MARCH, MARCH + 30 * DAY + 11 * 3_600_000 + 1000, 60, True)


def test_a_timing_reaches_from_its_first_event_to_its_last() -> None:
    found = timing({"event": ["2024-05-03", "2024-05-01T12:00:00+02:00", "x"]})
    first = interval("2024-05-01T12:00:00+02:00")
    assert found is not None and first is not None
    assert (found.low, found.shift) == (first.low, 120)
    assert found.in_utc()[1] == interval("2024-05-04").low  # type: ignore[union-attr]
    assert timing({"repeat": {"boundsPeriod": {"start": "2024"}}}) == period({"start": "2024"})
    for nothing in ({}, {"event": "2024"}, {"event": [5]}, {"repeat": {"boundsDuration": {"value": 1}}}):
        assert timing(nothing) is None
