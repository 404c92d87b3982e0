from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from app.interop.mapping.date_format import WrongFormat, date_format
from app.interop.mapping.dates import NEVER, TWICE, DateReader
from app.interop.mapping.unreadable import Unreadable

BERLIN, NEW_YORK, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")


def reader(
    *formats: str, unknown: tuple[str, ...] = (), pivot: int | None = None, ordering: bool = False
) -> DateReader:
    found = [date_format(text, unknown, pivot is not None) for text in formats]
    return DateReader(found, unknown, pivot, ordering)


@pytest.mark.parametrize(
    ("form", "text", "meant"),
    [
        ("DD.MM.YYYY", "05.03.2024", "2024-03-05"),
        ("D.M.YYYY", "5.3.2024", "2024-03-05"),
        ("MM/DD/YYYY", "03/05/2024", "2024-03-05"),
        ("M/D/YYYY", "12/31/2024", "2024-12-31"),
        ("DD-MMM-YYYY", "05-Mar-2024", "2024-03-05"),
        ("D. MMMM YYYY", "5. März 2024", "2024-03-05"),
        ("DD MMM YYYY", "29 FEB 2024", "2024-02-29"),
        ("MM.YYYY", "03.2024", "2024-03"),
        ("YYYYMMDD", "20240305", "2024-03-05"),
        ("YYYYMM", "202403", "2024-03"),
        ("DD.MM.YYYY HH:mm", "05.03.2024 09:30", "2024-03-05T09:30:00+01:00"),
        ("DD.MM.YYYY HH:mm", "05.07.2024 09:30", "2024-07-05T09:30:00+02:00"),
        ("DD.MM.YYYY 'um' H:mm 'Uhr'", "05.07.2024 um 9:30 Uhr", "2024-07-05T09:30:00+02:00"),
        ("YYYYMMDDHHmmssZ", "20240305093000+0100", "2024-03-05T09:30:00+01:00"),
        ("YYYYMMDDHHmmss.SSSZ", "20240305093000.1234-0500", "2024-03-05T09:30:00.1234-05:00"),
        ("DD.MM.YYYY", "2024-03-05", "2024-03-05"),
        ("DD.MM.YYYY", "2024-03", "2024-03"),
        ("DD.MM.YYYY", "2024", "2024"),
        ("DD.MM.YYYY", "2024-03-05T09:30:00Z", "2024-03-05T09:30:00Z"),
        ("DD.MM.YYYY", "2024-03-05 09:30", "2024-03-05T09:30:00+01:00"),
    ],
)
def test_a_date_is_read_by_its_format_or_as_iso(form: str, text: str, meant: str) -> None:
    assert reader(form).read(text, BERLIN).text == meant


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("DD.MM.YYYY", "31.02.2024"),
        ("DD.MM.YYYY", "29.02.2023"),
        ("DD.MM.YYYY", "5.3.2024"),
        ("MM/DD/YYYY", "31/12/2024"),
        ("DD.MM.YYYY", "05.03.24"),
        ("DD-MMM-YYYY", "05-Foo-2024"),
        ("DD.MM.YYYY HH:mm", "05.03.2024 25:00"),
        ("DD.MM.YYYY", "٠٥.٠٣.2024x"),
        ("DD.MM.YYYY", "45356"),
        ("DD.MM.YYYY", ""),
    ],
)
def test_what_is_no_date_is_not_guessed(form: str, text: str) -> None:
    with pytest.raises(Unreadable) as found:
        reader(form).read(text, BERLIN)
    assert found.value.expected == f"{form}, YYYY-MM-DD"


def test_formats_are_tried_in_their_order() -> None:
    both = reader("DD.MM.YYYY", "D.M.YYYY")
    assert [both.read(text, None).text for text in ("05.03.2024", "5.3.2024")] == ["2024-03-05", "2024-03-05"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("UN.03.2024", "2024-03"), ("UN.UN.2024", "2024"), ("00.03.2024", "2024-03"), ("00.00.2024", "2024")],
)
def test_an_unknown_day_or_month_leaves_the_date_known_in_part(text: str, meant: str) -> None:
    assert reader("DD.MM.YYYY", unknown=("UN", "00")).read(text, None).text == meant


def test_a_day_of_an_unknown_month_is_refused() -> None:
    with pytest.raises(Unreadable):
        reader("DD.MM.YYYY", unknown=("UN",)).read("05.UN.2024", None)


def test_a_year_of_two_digits_needs_a_pivot() -> None:
    with pytest.raises(WrongFormat, match="pivot"):
        reader("DD.MM.YY")
    read = reader("DD.MM.YY", pivot=30).read
    assert [read(text, None).text for text in ("05.03.24", "05.03.30", "05.03.31")] == [
        "2024-03-05",
        "2030-03-05",
        "1931-03-05",
    ]


# Summer time: https://www.iana.org/time-zones. Berlin 2024: from 31 March 02:00 to 27 October 03:00.
@pytest.mark.parametrize(
    ("text", "zone", "meant", "note"),
    [
        ("2024-10-27 01:30", BERLIN, "2024-10-27T01:30:00+02:00", None),
        ("2024-10-27 02:30", BERLIN, "2024-10-27T02:30:00+02:00", TWICE),
        ("2024-10-27 03:30", BERLIN, "2024-10-27T03:30:00+01:00", None),
        ("2024-03-31 02:30", BERLIN, "2024-03-31T02:30:00+01:00", NEVER),
        ("2024-11-03 01:30", NEW_YORK, "2024-11-03T01:30:00-04:00", TWICE),
        ("2024-03-10 02:30", NEW_YORK, "2024-03-10T02:30:00-05:00", NEVER),
        ("2024-03-31 02:30", TOKYO, "2024-03-31T02:30:00+09:00", None),
    ],
)
def test_an_hour_that_comes_twice_or_never_is_read_by_one_rule_and_said(
    text: str, zone: ZoneInfo, meant: str, note: str | None
) -> None:
    found = reader().read(text, zone)
    assert (found.text, found.note) == (meant, note)


def test_without_a_zone_the_day_alone_is_kept_unless_it_orders_versions() -> None:
    assert reader().read("2024-03-05 09:30", None).text == "2024-03-05"
    assert reader(ordering=True).read("2024-03-05 09:30", None).text == "2024-03-05T09:30:00+00:00"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("DD.MM", "no year"),
        ("DD.YYYY", "missing"),
        ("YYYY-MM-DD HH", "missing"),
        ("MM.MM.YYYY", "twice"),
        ("MM/M/YYYY", "twice"),
        ("dd.MM.YYYY", "no token"),
    ],
)
def test_a_format_that_cannot_be_used_says_why(form: str, said: str) -> None:
    with pytest.raises(WrongFormat, match=said):
        date_format(form, (), False)
