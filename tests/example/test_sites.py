"""How each hospital writes a moment."""

from datetime import date

import pytest

from app.example.sites import ENROLMENT, SITES


@pytest.mark.parametrize(
    ("site", "hour", "written"),
    [
        ("A", 23, "2024-07-01"),
        ("B", 23, "2024-07-02T03:05:00Z"),
        ("B", 9, "2024-07-01T13:05:00Z"),
        ("C", 7, "2024-07-01T07:05:00+09:00"),
    ],
)
def test_a_moment_in_summer(site: str, hour: int, written: str) -> None:
    assert SITES[site].written(SITES[site].at(date(2024, 7, 1), hour, 5)) == written


def test_new_york_in_winter_is_five_hours_behind() -> None:
    assert SITES["B"].written(SITES["B"].at(date(2024, 1, 31), 22, 0)) == "2024-02-01T03:00:00Z"


def test_sixty_subjects_are_24_20_and_16() -> None:
    assert [(ENROLMENT * 4).count(site) for site in "ABC"] == [24, 20, 16]
