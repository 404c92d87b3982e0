"""Reported grades beside the derived ones, and the shift from baseline. Day 0 is 2024-03-01; CTCAE v5.0 by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.door import STUDY, Door, Raw, open_door, subject
from tests.services.lab_records import INFUSION, NEUTROPENIA, alt, anc, asked, entries, event, lab


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Door]:
    """A service with one site in Berlin and one subject there."""
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A")
        door.send(subject("A-001", consent_date="2024-02-01"))
        yield door


def beside(answer: Raw, identifier: str) -> list[tuple[str, int | None, bool | None]]:
    """(event, reported grade, agrees) of the events beside one result."""
    (entry,) = [entry for entry in answer["grades"] if entry["record"] == f"lab/A/ehr/{identifier}"]
    return [(one["record"].rsplit("/", 1)[1], one["grade"], one["agrees"]) for one in entry["reported"]]


@pytest.mark.parametrize(
    ("reported", "value", "agrees"),
    [
        (event("E", "2024-03-05", 4), 0.3, True),
        (event("E", "2024-03-05", 2), 0.3, False),  # the result is grade 4
        (event("E", "2024-03-05", 4), 1.2, False),  # no result reaches grade 4
        (event("E", "2024-03-05", None), 0.3, None),
        (event("E", "2024-03-05", 5), 0.3, None),  # death is no laboratory finding
        (event("E", "2024-03-05", 2, ctcae_version="5.0"), 0.3, False),
        (event("E", "2024-03-05", 2, ctcae_version="v5"), 0.3, False),
        (event("E", "2024-03-05", 3, ctcae_version="6.0"), 0.3, None),  # of another version
        (event("E", "2024-03-08", 4), 0.3, True),  # on the day itself
        (event("E", "2024-03-05", 4, end="2024-03-08"), 0.3, True),
        (event("E", "2024-03-05", 4, ongoing=True), 0.3, True),
        (event("E", "2024-03-05", 4, term="ANC decreased"), 0.3, True),
    ],
)
def test_a_reported_grade_beside_the_derived_one(site: Door, reported: Raw, value: float, agrees: bool | None) -> None:
    answer = asked(site, INFUSION, anc("L1", "2024-03-08", value), reported)
    assert beside(answer, "L1") == [("E", reported.get("grade"), agrees)]


@pytest.mark.parametrize(
    "reported",
    [
        event("E", "2024-03-09", 2),  # begins later
        event("E", "2024-03", 2),  # may begin later
        event("E", "2024-03-05", 2, end="2024-03-07"),
        event("E", "2024-03-05", 2, end="2024-03"),  # may end before
        event("E", "2024-03-05", 2, ongoing=False),  # over, nobody said when
        event("E", "2024-03-05", 2, outcome="resolved"),
        event("E", "2024-03-05", 2, term="Platelet count decreased"),
        event("E", "2024-03-05", 2, status="entered-in-error"),
    ],
)
def test_events_that_do_not_surely_cover_the_sample(site: Door, reported: Raw) -> None:
    assert beside(asked(site, INFUSION, anc("L1", "2024-03-08", 0.3), reported), "L1") == []


def test_a_grade_history_tells_the_grade_of_each_day(site: Door) -> None:
    history = [
        {"date": "2024-03-05", "grade": 2},
        {"date": "2024-03-08", "grade": 4},
        {"date": "2024-03-12", "grade": 1},
    ]
    results = [anc("L1", "2024-03-06", 1.2), anc("L2", "2024-03-09", 0.3), anc("L3", "2024-03-13", 0.3)]
    answer = asked(site, INFUSION, event("E", "2024-03-05", 4, grade_history=history), *results)
    assert [beside(answer, name) for name in ("L1", "L2", "L3")] == [
        [("E", 2, True)],
        [("E", 4, True)],
        [("E", 1, False)],
    ]


def test_a_lower_result_is_no_disagreement_where_another_reaches_the_grade(site: Door) -> None:
    results = [anc("L1", "2024-03-06", 0.3), anc("L2", "2024-03-09", 1.2)]
    answer = asked(site, INFUSION, event("E", "2024-03-05", 4), *results)
    assert [beside(answer, name) for name in ("L1", "L2")] == [[("E", 4, True)], [("E", 4, None)]]


def test_an_assumed_grade_contradicts_no_lower_one(site: Door) -> None:
    """Sodium 127 without symptoms is grade 2 by the text; grade 3 takes symptoms for granted."""
    sodium = lab("L1", "sodium", "2024-03-08", 127, "mmol/L", low=135, high=145)
    answer = asked(site, INFUSION, sodium, event("E", "2024-03-05", 2, term="Hyponatremia"))
    (entry,) = entries(answer, "Hyponatremia")
    assert (entry["grade"], entry["assumed"]) == (3, "symptomatic")
    assert [(one["grade"], one["agrees"]) for one in entry["reported"]] == [(2, None)]


def test_grade_4_anaemia_is_no_number(site: Door) -> None:
    haemoglobin = lab("L1", "HGB", "2024-03-08", 70, "g/L", low=120, high=160)
    answer = asked(site, INFUSION, haemoglobin, event("E", "2024-03-05", 4, term="Anemia"))
    (entry,) = entries(answer, "Anemia")
    assert [(one["grade"], one["agrees"]) for one in entry["reported"]] == [(4, None)]


def test_the_shift_from_baseline(site: Door) -> None:
    """Baseline grade 2; worst 4 on day 8 of the window, 3 on day 40; day 28 is the last of the window."""
    answer = asked(
        site,
        INFUSION,
        anc("L0", "2024-02-20", 0.3),
        anc("L1", "2024-02-28", 1.2),
        anc("L2", "2024-03-09", 0.4),
        anc("L3", "2024-03-10", 0.4),
        anc("L4", "2024-03-29", 1.0),
        anc("L5", "2024-04-10", 0.9),
        anc("L6", "2024-03", 0.1),
    )
    (row,) = answer["shift"]
    assert {name: row[name] for name in ("term", "direction", "test")} == {
        "term": NEUTROPENIA,
        "direction": "L",
        "test": "ANC",
    }
    assert row["baseline"] == {"grade": 2, "record": "lab/A/ehr/L1"}
    assert row["window"] == {"grade": 4, "record": "lab/A/ehr/L2", "graded": 3, "ungraded": 0}
    assert row["after"] == {"grade": 3, "record": "lab/A/ehr/L5", "graded": 1, "ungraded": 0}
    assert (row["worsened"], row["undated"]) == ({"window": True, "after": True}, 1)


def test_a_shift_that_an_ungraded_result_leaves_open(site: Door) -> None:
    none = alt("L3", "2024-03-11", 900) | {"high": None}
    answer = asked(site, INFUSION, alt("L1", "2024-02-28", 30), alt("L2", "2024-03-09", 31), none)
    (row,) = answer["shift"]
    assert (row["baseline"]["grade"], row["window"]["grade"]) == (0, 0)
    assert (row["window"]["ungraded"], row["worsened"]["window"]) == (1, None)


def test_no_shift_without_an_infusion(site: Door) -> None:
    assert asked(site, alt("L1", "2024-02-28", 30))["shift"] == []
