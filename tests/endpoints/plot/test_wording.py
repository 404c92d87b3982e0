"""Numbers and names as they stand in pictures."""

import pytest

from app.endpoints.plot.model import Interval
from app.endpoints.plot.wording import days_interval, level_percent, p_value, percent_interval, plain, wrap


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(0.8325, 0.70260, 0.90911), "83.2 (70.3–90.9)"),
        (Interval(1.0, None, None), "100.0 (n.e.)"),
        (Interval(None, None, None), "n.e."),
    ],
)
def test_percent(interval: Interval, expected: str) -> None:
    assert percent_interval(interval) == expected


def test_days_that_were_not_reached() -> None:
    assert days_interval(Interval(641.0, 418.0, None)) == "641 (418–n.r.)"
    assert days_interval(Interval(86.5, None, None)) == "86.5 (n.r.–n.r.)"


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (None, "p not estimable"),
        (0.00001, "p < 0.0001"),
        (0.00054, "p = 0.00054"),
        (0.0431, "p = 0.043"),
        (1.0, "p = 1.000"),
    ],
)
def test_p_values(p: float | None, expected: str) -> None:
    assert p_value(p) == expected


def test_level() -> None:
    assert level_percent(0.95) == "95 %"
    assert level_percent(0.999) == "99.9 %"


def test_what_no_page_can_show_becomes_a_space() -> None:
    assert plain("a\x0bb\nc") == "a b c"


def test_lines_are_broken_at_spaces_and_inside_words_that_are_too_long() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("abcdefghij", 4) == ["ab", "cd", "ef", "gh", "ij"]
    assert wrap("", 10) == []
