"""Engraftment from runs of counts. The platelet example is that of the CIBMTR forms manual (F2100, Q13-18)."""

from decimal import Decimal

import pytest

from app.grading.engraftment import neutrophil_engraftment, platelet_engraftment

Day = tuple[int, Decimal, bool | None]


def counts(text: str, transfused: set[int] | None = None) -> list[Day]:
    """`day:value …`; transfused: the days on which platelets were given, None when nobody wrote it down."""
    pairs = (pair.split(":") for pair in text.split())
    return [(int(day), Decimal(value), None if transfused is None else int(day) in transfused) for day, value in pairs]


@pytest.mark.parametrize(
    ("text", "state", "day"),
    [
        ("0:2.0 5:0.1 10:0.3 12:0.5 13:0.6 14:0.9", "engrafted", 12),
        ("0:2.0 5:0.1 12:0.5 13:0.49 14:0.5 15:0.5 16:0.5", "engrafted", 14),
        ("5:0.1 12:0.5 15:0.6 19:0.7", "engrafted", 12),  # three values on different days need not be neighbours
        ("-3:0.1 0:2 1:2 2:2", "never-below", None),  # a low count before the transplant is no nadir
        ("0:2.0 1:1.8 2:1.5 6:0.0 12:0.5 13:0.6 14:0.9", "engrafted", 12),  # the counts before the fall do not count
        ("5:0.1 12:0.5 13:0.6 14:0.9 40:0.0 41:0.2", "engrafted", 12),  # a later fall does not undo it
        ("5:0.1 12:0.5 12:0.6 13:0.7", "pending", None),  # two on one day are one
        ("5:0.1 12:0.4 12:0.6 13:0.7 14:0.8 15:0.9", "engrafted", 13),  # the lowest of a day counts
        ("5:0.1 12:0.5 13:0.6", "pending", None),
        ("5:0.1 20:0.2", "pending", None),
        ("5:0.1 29:0.2", "pending", None),
        ("5:0.1 30:0.2", "never", None),
        ("5:0.1 31:0.5", "pending", None),
        ("0:0.5 1:0.6 2:0.7 3:0.8 6:0.0 12:0.5 13:0.6 14:0.9", "engrafted", 12),  # 0.5 is no fall below 0.5
        ("1:0.9 20:0.8 25:0.7", "never-below", None),
        ("", "pending", None),
    ],
)
def test_neutrophils(text: str, state: str, day: int | None) -> None:
    found = neutrophil_engraftment(counts(text))
    assert (found.state, found.day) == (state, day)
    assert (found.reason is None) == (state == "engrafted")


def test_order_of_arrival_does_not_matter() -> None:
    days = counts("0:2.0 5:0.1 10:0.3 12:0.5 13:0.6 14:0.9")
    assert neutrophil_engraftment(reversed(days)) == neutrophil_engraftment(days)


def test_cord_blood_has_a_later_deadline() -> None:
    late = counts("5:0.1 35:0.2")
    assert neutrophil_engraftment(late).state == "never"
    assert neutrophil_engraftment(late, deadline=42).state == "pending"


CIBMTR = "0:10 1:30 2:25 3:10 4:15 5:19 6:23 7:25 8:40 9:50 10:56 11:65 12:72"


def test_platelets_as_in_the_manual() -> None:
    """Last transfusion on day 0; 23 on day 6 is too early, day 7 is the first of three values."""
    found = platelet_engraftment(counts(CIBMTR, {0}))
    assert (found.state, found.day, found.flags) == ("engrafted", 7, ())


@pytest.mark.parametrize(
    ("transfused", "state", "day"),
    [
        ({1}, "engrafted", 8),
        ({3}, "engrafted", 10),
        ({4}, "pending", None),  # day 11 would be the first, but only two values are left
        ({0, 9}, "pending", None),  # a transfusion within the three days
    ],
)
def test_seven_days_since_the_last_transfusion(transfused: set[int], state: str, day: int | None) -> None:
    found = platelet_engraftment(counts(CIBMTR, transfused))
    assert (found.state, found.day) == (state, day)


def test_an_unknown_transfusion_is_not_no() -> None:
    days = counts(CIBMTR, {0})
    days[4] = (4, Decimal(15), None)
    found = platelet_engraftment(days)
    assert (found.state, found.day, found.flags) == ("unconfirmed", 7, ("transfusion-status-unknown",))
    assert found.reason == "whether platelets were transfused is not recorded on day 4"


def test_an_unknown_transfusion_outside_the_time_that_matters() -> None:
    days = counts(CIBMTR, {0})
    days[12] = (12, Decimal(72), None)
    assert platelet_engraftment(days).state == "engrafted"


def test_days_without_a_count_are_flagged() -> None:
    found = platelet_engraftment(counts("0:10 5:12 10:25 12:30 14:40", set()))
    assert (found.state, found.day, found.flags) == ("engrafted", 10, ("days-without-record",))


@pytest.mark.parametrize("text", ["1:10 2:12 3:12 4:15 5:25 6:30 7:40", "0:10 2:12 3:12 4:15 5:19 6:19 7:25 8:30 9:40"])
def test_the_first_of_the_seven_days_is_looked_for_too(text: str) -> None:
    assert platelet_engraftment(counts(text, set())).flags == ("days-without-record",)


def test_twenty_is_no_fall_below_twenty() -> None:
    found = platelet_engraftment(counts("0:20 1:30 2:40 3:50 6:5 15:25 16:30 17:40", set()))
    assert (found.state, found.day) == ("engrafted", 15)


def test_platelets_that_never_fell() -> None:
    found = platelet_engraftment(counts("0:80 5:60 10:70", set()))
    assert (found.state, found.reason) == ("never-below", "no count below 20 is recorded after the transplant")


def test_platelets_held_up_by_transfusions_alone() -> None:
    """Never below 20, but transfused: that is a fall, and the week after the last transfusion counts from there."""
    found = platelet_engraftment(counts("0:80 1:40 2:30 8:35 9:35 10:40 11:45", {2}))
    assert (found.state, found.day) == ("engrafted", 9)


def test_platelets_not_there_by_a_deadline() -> None:
    days = counts("1:10 20:12 100:15", set())
    assert platelet_engraftment(days).state == "pending"
    assert platelet_engraftment(days, deadline=100).state == "never"


def test_the_same_day_told_twice_is_transfused_if_either_says_so() -> None:
    days = [*counts(CIBMTR, {0}), (8, Decimal(60), True)]
    assert platelet_engraftment(days).state == "pending"
