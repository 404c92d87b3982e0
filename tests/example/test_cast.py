"""Who gets which fate."""

from collections import Counter

import pytest

from app.example.cast import FEWEST, cast
from app.example.course import Course, need
from app.example.sites import END
from app.example.tables import rows


def _cast(seed: int, subjects: int) -> list[Course]:
    return cast(seed, subjects)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("subjects", [FEWEST, 60, 131])
def test_every_course_event_and_episode_finds_a_subject(seed: int, subjects: int) -> None:
    courses = _cast(seed, subjects)
    assert len({course.place.subject for course in courses}) == subjects
    assert {course.role["role"] for course in courses} == {row["role"] for row in rows("courses")}
    shown = Counter(row["case"] for course in courses for row in course.gvhd)
    assert shown == {row["case"]: int(row["count"]) for row in rows("gvhd")}
    cases = Counter(event["case"] for course in courses for event in course.events)
    assert cases == Counter(row["case"] for row in rows("adverse_event_cases"))


@pytest.mark.parametrize("seed", range(5))
def test_everything_happens_before_the_extract_ends(seed: int) -> None:
    for course in _cast(seed, 60):
        happened = [day for day in (course.response, course.mrd, course.relapse, course.death, course.last) if day]
        assert max(happened) <= END, course.place.subject
        assert 30 <= (course.place.day0 - course.place.transplant).days <= 120
        assert course.place.consent < course.place.transplant


def test_order_of_fate() -> None:
    for course in _cast(7, 60):
        if course.relapse and course.death:
            assert course.relapse <= course.death
        if course.relapse and course.response:
            assert course.response < course.relapse


def test_sites_and_dose_levels_of_sixty() -> None:
    courses = _cast(2026, 60)
    assert Counter(course.place.site.id for course in courses) == {"A": 24, "B": 20, "C": 16}
    doses = [course.place.dose for course in courses]
    assert doses == [1] * 9 + [2] * 18 + [4] * 33
    assert [course.place.subject for course in courses[:5]] == ["A-001", "B-001", "C-001", "A-002", "B-002"]


def test_cohorts_enrol_in_order() -> None:
    days = [course.place.day0 for course in _cast(3, 60)]
    assert days == sorted(days)


@pytest.mark.parametrize("subjects", [0, 47, 601])
def test_numbers_that_cannot_show_every_case_are_refused(subjects: int) -> None:
    with pytest.raises(ValueError, match="48 to 600"):
        cast(1, subjects)


def test_need_adds_relapse_death_and_room() -> None:
    role = {"relapse": "60-150", "death": "20-40", "response": "", "mrd": "", "last": "", "room": "30"}
    assert need(role) == 220
    assert need({**role, "relapse": "", "death": "", "last": "200-300"}) == 330
