"""GVHD stages and grades. Stages: NCI PDQ, NBK577669 Table 4. Grades: Harris 2016; Keystone 1994; NIH 2014."""

from decimal import Decimal

import pytest

from app.grading.gvhd import (
    NIH_ORGANS,
    Scale,
    acute_grade,
    chronic_severity,
    liver_stage,
    lower_gi_stage,
    skin_stage,
    upper_gi_stage,
)

ADULT, CHILD = Decimal(70), Decimal(20)


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("bsa", "bullae", "expected"),
    [
        ("0", None, 0),
        ("0.01", None, 1),
        ("24.9", None, 1),
        ("25", None, 2),
        ("50", True, 2),
        ("50.1", False, 3),
        ("50.1", True, 4),
        ("100", True, 4),
    ],
)
def test_skin(bsa: str, bullae: bool | None, expected: int) -> None:
    assert skin_stage(Decimal(bsa), bullae).value == expected


def test_skin_left_open() -> None:
    erythroderma, nothing = skin_stage(Decimal(80), None), skin_stage(None, False)
    assert (erythroderma.value, erythroderma.possible) == (None, (3, 4))
    assert erythroderma.reason == "3 or 4 possible: bullae not recorded"
    assert (nothing.value, nothing.possible) == (None, (0, 1, 2, 3, 4))


@pytest.mark.parametrize(
    ("bilirubin", "expected"),
    [
        ("1.9", 0),
        ("2", 1),
        ("3", 1),
        ("3.01", 2),
        ("6", 2),
        ("6.01", 3),
        ("15", 3),
        ("15.01", 4),
        (None, None),
    ],
)
def test_liver(bilirubin: str | None, expected: int | None) -> None:
    found = liver_stage(decimal(bilirubin))
    assert (found.value, found.possible) == (expected, (0, 1, 2, 3, 4) if expected is None else (expected,))


@pytest.mark.parametrize(
    ("ml", "episodes", "weight", "expected"),
    [
        ("499", None, ADULT, 0),
        ("500", None, ADULT, 1),
        ("999", None, ADULT, 1),
        ("1000", None, ADULT, 2),
        ("1500", None, ADULT, 2),
        ("1501", None, ADULT, 3),
        (None, "2", ADULT, 0),
        (None, "3", ADULT, 1),
        (None, "4", ADULT, 1),
        (None, "5", ADULT, 2),
        (None, "7", ADULT, 2),
        (None, "8", ADULT, 3),
        ("199", None, CHILD, 0),  # 10, 20, 30 mL/kg of 20 kg are 200, 400, 600 mL
        ("200", None, CHILD, 1),
        ("399", None, CHILD, 1),
        ("400", None, CHILD, 2),
        ("600", None, CHILD, 2),
        ("601", None, CHILD, 3),
        (None, "3", CHILD, 0),
        (None, "4", CHILD, 1),
        (None, "6", CHILD, 1),
        (None, "7", CHILD, 2),
        (None, "10", CHILD, 2),
        (None, "11", CHILD, 3),
        (None, "3", Decimal(50), 0),  # adult limits hold above 50 kg
        (None, "3", Decimal("50.1"), 1),
        ("600", "9", ADULT, 1),  # the volume goes before the episodes
    ],
)
def test_lower_gut(ml: str | None, episodes: str | None, weight: Decimal, expected: int) -> None:
    assert lower_gi_stage(decimal(ml), decimal(episodes), False, weight).value == expected


def test_pain_or_blood_is_stage_4_at_any_volume() -> None:
    assert lower_gi_stage(None, None, True, None).value == 4
    assert lower_gi_stage(Decimal(100), None, True, ADULT).value == 4


def test_lower_gut_left_open() -> None:
    unsaid = lower_gi_stage(Decimal(700), None, None, ADULT)
    weightless = lower_gi_stage(Decimal(700), None, False, None)
    assert (unsaid.value, unsaid.reason) == (None, "1 or 4 possible: pain or blood not recorded")
    assert (weightless.value, weightless.reason) == (None, "0 or 1 or 2 or 3 possible: weight not recorded")
    nothing = lower_gi_stage(None, None, False, None)
    assert (nothing.value, nothing.reason) == (None, "0 or 1 or 2 or 3 possible: stool volume or episodes not recorded")


@pytest.mark.parametrize(("persistent", "expected"), [(True, 1), (False, 0), (None, None)])
def test_upper_gut(persistent: bool | None, expected: int | None) -> None:
    assert upper_gi_stage(persistent).value == expected


# skin, liver, upper GI, lower GI
@pytest.mark.parametrize(
    ("stages", "magic", "glucksberg"),
    [
        ((0, 0, 0, 0), 0, 0),
        ((1, 0, 0, 0), 1, 1),
        ((2, 0, 0, 0), 1, 1),
        ((3, 0, 0, 0), 2, 2),
        ((0, 1, 0, 0), 2, 2),
        ((0, 0, 1, 0), 2, 2),
        ((0, 0, 0, 1), 2, 2),
        ((2, 1, 1, 1), 2, 2),
        ((0, 2, 0, 0), 3, 3),
        ((3, 3, 1, 0), 3, 3),
        ((0, 0, 0, 2), 3, 3),
        ((1, 0, 1, 3), 3, 3),
        ((0, 0, 0, 4), 4, 3),  # the two scales part here
        ((4, 0, 0, 0), 4, 4),
        ((0, 4, 0, 0), 4, 4),
    ],
)
def test_overall_acute_grade(stages: tuple[int, int, int, int], magic: int, glucksberg: int) -> None:
    scales: tuple[Scale, Scale] = ("MAGIC", "Glucksberg")
    assert [acute_grade(*stages, scale).value for scale in scales] == [magic, glucksberg]


@pytest.mark.parametrize(
    ("stages", "expected", "possible"),
    [
        ((4, None, None, None), 4, (4,)),
        ((None, 4, None, None), 4, (4,)),
        ((1, 0, None, 0), None, (1, 2)),
        ((3, 0, None, 0), 2, (2,)),
        ((0, 2, 0, None), None, (3, 4)),
        ((None, 0, 0, 0), None, (0, 1, 2, 4)),  # no stage of the skin alone is a grade III
        ((None, 0, 0, 4), 4, (4,)),
    ],
)
def test_a_missing_stage_leaves_the_grade_open_unless_another_decides(
    stages: tuple[int | None, ...], expected: int | None, possible: tuple[int, ...]
) -> None:
    found = acute_grade(*stages)
    assert (found.value, found.possible) == (expected, possible)


def test_the_reason_names_what_is_missing() -> None:
    assert acute_grade(1, 0, None, 0).reason == "1 or 2 possible: upper_gi not recorded"
    assert acute_grade(4, None, None, None).reason is None


def scores(**given: int | None) -> dict[str, int | None]:
    """All organs 0 but those given."""
    return {**dict.fromkeys(NIH_ORGANS, 0), **given}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (scores(), 0),
        (scores(skin=1), 1),
        (scores(skin=1, mouth=1), 1),
        (scores(skin=1, mouth=1, eyes=1), 2),
        (scores(mouth=2), 2),
        (scores(lungs=1), 2),
        (scores(lungs=2), 3),
        (scores(lungs=3), 3),
        (scores(genital=3), 3),
        (scores(skin=2, mouth=2, eyes=2, gi=2), 2),
    ],
)
def test_global_severity_of_chronic_gvhd(given: dict[str, int | None], expected: int) -> None:
    assert chronic_severity(given).value == expected


def test_chronic_severity_with_organs_that_were_not_scored() -> None:
    assert chronic_severity({"skin": 3}).value == 3
    assert chronic_severity({"lungs": 2}).value == 3
    open_ = chronic_severity(scores(skin=1, genital=None))
    assert (open_.value, open_.possible) == (None, (1, 2, 3))
    assert open_.reason == "1 or 2 or 3 possible: genital not recorded"


def test_an_organ_with_wholly_another_cause_does_not_count() -> None:
    assert chronic_severity(scores(skin=1, lungs=3), not_gvhd=["lungs"]).value == 1


def test_an_unknown_organ_is_refused() -> None:
    with pytest.raises(ValueError, match="joints_fascia"):
        chronic_severity({"spleen": 1})
