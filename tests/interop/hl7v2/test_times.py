"""Chapter 2A, section 2.A.77; MSH-7's offset: chapter 2, section 2.15.9.7."""

from zoneinfo import ZoneInfo

import pytest

from app.interop.hl7v2.times import iso, zone_of

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", "2026"),
        ("202603", "2026-03"),
        ("20260302", "2026-03-02"),
        ("2026030210", "2026-03-02T10:00:00+01:00"),
        ("202607021015", "2026-07-02T10:15:00+02:00"),
        ("20260302101530", "2026-03-02T10:15:30+01:00"),
        ("20260302101530.1234-0500", "2026-03-02T10:15:30.1234-05:00"),
        ("20260302101530+0530", "2026-03-02T10:15:30+05:30"),
        ("20260302101530-0000", "2026-03-02T10:15:30+00:00"),
        (" 20260302 ", "2026-03-02"),
        ("2026-03-02", None),
        ("20260230101500", None),
        ("20260302250000", None),
        ("20260302101500+9900", None),
        ("202603021", None),
        ("00000000101010", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_keeps_its_precision_and_takes_the_zone(text: str, expected: str | None) -> None:
    assert iso(text, BERLIN) == expected


def test_without_any_zone_the_day_stays_as_it_is_written() -> None:
    assert iso("20260302233000", None) == "2026-03-02"


def test_the_offset_of_the_header_holds_for_the_message() -> None:
    assert iso("20260702003000", zone_of("20260703080000+0000", BERLIN)) == "2026-07-02T00:30:00+00:00"


def test_the_sites_own_offset_means_its_zone_with_summer_time() -> None:
    # Sent in winter at +0100; a result of July in Berlin is at +0200.
    assert iso("20250702233000", zone_of("20260115080000+0100", BERLIN)) == "2025-07-02T23:30:00+02:00"


@pytest.mark.parametrize("sent", ["20260115080000", "", "2026", "20269915+0100"])
def test_without_an_offset_there_it_is_the_sites(sent: str) -> None:
    assert zone_of(sent, NEW_YORK) is NEW_YORK
