"""The nearest known word: what a reader would call a typing slip is suggested, another meaning never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.nearest import nearest, slips_between

RESPONSES = ("CR", "CRi", "CRh", "MLFS", "PR", "SD", "PD", "relapse", "NE")
RELATEDNESS = ("related", "possible", "unlikely", "unrelated")
TESTS = ("Calcium total", "Creatinine", "Bilirubin direct", "Bilirubin total", "Potassium", "Platelets", "CD4 count")


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("cr", RESPONSES, "CR"),
        ("CR-i", RESPONSES, "CRi"),
        ("RELAPSE", RESPONSES, "relapse"),
        ("relapsed", RESPONSES, "relapse"),
        ("relpase", RESPONSES, "relapse"),
        ("possibly", RELATEDNESS, "possible"),
        ("un-related", RELATEDNESS, "unrelated"),
        ("not done", ("completed", "stopped", "not-done"), "not-done"),
        ("not_done", ("completed", "stopped", "not-done"), "not-done"),
        ("femle", ("male", "female"), "female"),
        ("Creatinin", TESTS, "Creatinine"),
        ("Potasium", TESTS, "Potassium"),
        ("Bilirubin dirct", TESTS, "Bilirubin direct"),
        ("bilirubin, total", TESTS, "Bilirubin total"),
        ("Créatinine", TESTS, "Creatinine"),
        ("adverse_events", ("adverse_event", "gvhd"), "adverse_event"),
        ("seriousness_critera", ("serious", "seriousness_criteria"), "seriousness_criteria"),
    ],
)
def test_a_slip_finds_its_word(word: str, known: tuple[str, ...], expected: str) -> None:
    assert nearest(word, known) == expected


@pytest.mark.parametrize(
    ("word", "known", "why"),
    [
        ("CP", RESPONSES, "one letter is the whole meaning: PR, CR and PD are as near"),
        ("VR", RESPONSES, "a short word"),
        ("irrelated", RELATEDNESS, "not the first letter"),
        ("bone", ("none", "mild", "moderate"), "not the first letter, though no other word is near"),
        ("not related", RELATEDNESS, "the opposite of the nearest word"),
        ("Bilirubin indirect", TESTS, "another analyte, two letters away"),
        ("CD3 count", TESTS, "digits are never slips"),
        ("Creatine", TESTS, "another substance"),
        ("fmale", ("male", "female"), "either may be meant"),
        ("751-9", ("751-8", "753-4"), "a code has no neighbours"),
        ("5", ("1", "2"), "a digit"),
        ("", RESPONSES, "nothing"),
        ("---", RESPONSES, "no letters"),
        ("漢字", RESPONSES, "no letters that are known"),
        ("x" * 101, ("x" * 100,), "no name is so long"),
        ("a b", ("a-b", "a.b"), "both are the same"),
        ("", (), "nothing known"),
    ],
)
def test_what_could_mislead_is_not_suggested(word: str, known: tuple[str, ...], why: str) -> None:
    assert nearest(word, known) is None, why


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("kitten", "sitting", 3), ("ca", "ac", 1), ("", "abc", 3), ("abc", "abc", 0), ("relpase", "relapse", 1)],
)
def test_slips_are_counted(one: str, other: str, expected: int) -> None:
    assert slips_between(one, other) == expected


@given(st.text(max_size=120), st.lists(st.text(max_size=30), max_size=10))
def test_a_suggestion_is_always_a_known_word(word: str, known: list[str]) -> None:
    assert nearest(word, known) in (None, *known)
