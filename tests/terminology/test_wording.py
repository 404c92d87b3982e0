"""Comparing names."""

from __future__ import annotations

import pytest

from app.terminology.wording import fold


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Neutropaenia", "NEUTROPENIA"),
        ("Febrile  neutropaenia", "febrile neutropenia"),
        ("Anaemia", "Anemia"),
        ("Diarrhoea", "diarrhea"),
        ("Oedema limbs", "Edema limbs"),
        ("Haemolytic uraemic syndrome", "Hemolytic uremic syndrome"),
        ("Paraesthesia", "Paresthesia"),
        ("Dyspnoea", "Dyspnea"),
        ("graft-versus-host disease", "Graft versus host disease"),
        ("on_study", "on-study"),
        ("ＡＬＴ　ｉｎｃｒｅａｓｅｄ", "ALT increased"),
        ("Investigations – Other, specify", "investigations - other specify"),
    ],
)
def test_equal_names(left: str, right: str) -> None:
    assert fold(left) == fold(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Hyperkalemia", "Hypokalemia"), ("CD4", "CD4+"), ("Neutrophils", "Neutrophils %"), ("8/10", "810"), ("<3", ">3")],
)
def test_different_names(left: str, right: str) -> None:
    assert fold(left) != fold(right)


def test_examples_of_the_spelling_table(tables: dict[str, list[dict[str, str]]]) -> None:
    for row in tables["spellings"]:
        british, american = row["example"].split(" and ")
        assert row["british"] in british
        assert row["american"] in american
        assert fold(british) == fold(american)
