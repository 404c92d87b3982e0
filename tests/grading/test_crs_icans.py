"""CRS and ICANS by the ASTCT consensus: the table of Lee 2019 as reprinted in PMC9327779 (Table 2), by hand."""

import pytest

from app.grading.crs_icans import Consciousness, Hypotension, Motor, Oedema, Oxygen, Seizure, crs_grade, ice_score
from app.grading.crs_icans import icans_grade as icans


@pytest.mark.parametrize(
    ("hypotension", "hypoxia", "expected"),
    [
        ("none", "none", 1),
        ("no-vasopressor", "none", 2),
        ("none", "low-flow", 2),
        ("one-vasopressor", "low-flow", 3),
        ("no-vasopressor", "high-flow", 3),
        ("several-vasopressors", "none", 4),
        ("none", "positive-pressure", 4),
    ],
)
def test_crs_is_the_worse_of_hypotension_and_hypoxia(hypotension: Hypotension, hypoxia: Oxygen, expected: int) -> None:
    assert crs_grade(True, hypotension, hypoxia).value == expected


def test_without_fever_there_is_no_crs_unless_treatment_hides_it() -> None:
    assert crs_grade(False, "one-vasopressor", "none").value == 0
    assert crs_grade(False, "one-vasopressor", "none", fever_treated=True).value == 3
    assert crs_grade(False, "none", "none", fever_treated=True).value == 0


def test_crs_left_open() -> None:
    no_temperature = crs_grade(None, "no-vasopressor", "none")
    no_oxygen = crs_grade(True, "no-vasopressor", None)
    unsaid = crs_grade(False, "no-vasopressor", "none", fever_treated=None)
    assert (no_temperature.value, no_temperature.possible) == (None, (0, 2))
    assert (no_oxygen.value, no_oxygen.reason) == (None, "2 or 3 or 4 possible: hypoxia not recorded")
    assert (unsaid.value, unsaid.possible) == (None, (0, 2))
    assert crs_grade(True, "several-vasopressors", None).value == 4
    assert crs_grade(False, None, None).value == 0


@pytest.mark.parametrize(
    ("ice", "expected"),
    [(10, 0), (9, 1), (8, 1), (7, 1), (6, 2), (5, 2), (4, 2), (3, 2), (2, 3), (1, 3), (0, 3)],
)
def test_icans_by_ice_score(ice: int, expected: int) -> None:
    assert icans(ice, "alert", "none", "none", "none").value == expected


@pytest.mark.parametrize(
    ("consciousness", "seizure", "motor", "oedema", "expected"),
    [
        ("alert", "none", "none", "none", 0),
        ("wakes-spontaneously", "none", "none", "none", 1),
        ("wakes-to-voice", "none", "none", "none", 2),
        ("wakes-to-touch", "none", "none", "none", 3),
        ("unarousable", "none", "none", "none", 4),
        ("alert", "brief", "none", "none", 3),
        ("alert", "prolonged", "none", "none", 4),
        ("alert", "none", "focal-weakness", "none", 4),
        ("alert", "none", "none", "focal", 3),
        ("alert", "none", "none", "diffuse", 4),
    ],
)
def test_icans_is_the_worst_component(
    consciousness: Consciousness, seizure: Seizure, motor: Motor, oedema: Oedema, expected: int
) -> None:
    assert icans(10, consciousness, seizure, motor, oedema).value == expected


def test_icans_left_open() -> None:
    no_imaging = icans(5, "alert", "none", "none", None)
    assert (no_imaging.value, no_imaging.possible) == (None, (2, 3, 4))
    assert no_imaging.reason == "2 or 3 or 4 possible: oedema not recorded"
    assert icans(None, "unarousable", None, None, None).value == 4
    # Without a score (at worst 3) a grade 3 finding decides; consciousness could still make it 4.
    assert icans(None, "wakes-to-touch", "none", "none", "none").value == 3
    assert icans(0, None, "none", "none", "none").possible == (3, 4)


def test_ice_score_adds_up() -> None:
    assert ice_score(4, 3, 1, 1, 1) == 10
    assert ice_score(3, 2, 1, 0, 0) == 6
    assert ice_score(4, 3, 1, None, 1) is None


@pytest.mark.parametrize(
    "points", [(5, 3, 1, 1, 1), (4, 4, 1, 1, 1), (4, 3, 2, 1, 1), (4, 3, 1, 2, 1), (4, 3, 1, 1, 2)]
)
def test_ice_items_have_a_most(points: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="most"):
        ice_score(*points)
