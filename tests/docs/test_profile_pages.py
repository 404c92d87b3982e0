"""The pages of the shipped profiles say what the profiles do, and the data dictionary fits the one for REDCap.

docs/profiles/
"""

from __future__ import annotations

import csv

import pytest

from app.interop.mapping.columns import wanted
from app.interop.mapping.expansion import every_source
from app.interop.mapping.lookup import words_of
from app.interop.mapping.profile import Profile
from app.interop.mapping.profiles import documents
from scripts.profile_pages import FOLDER, PAGES, page

NAME = "Variable / Field Name"
CHOICES = "Choices, Calculations, OR Slider Labels"
# REDCap's own columns beside the variables of a project.
OWN = {"redcap_event_name", "redcap_repeat_instance"}


def redcap() -> Profile:
    return next(loaded.profile for (name, _), (_, loaded) in documents().items() if name == "redcap-transplant")


def dictionary() -> list[dict[str, str]]:
    text = (FOLDER / "redcap-transplant-dictionary.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def choices(row: dict[str, str]) -> list[tuple[str, str]]:
    parts = [choice.partition(", ") for choice in row[CHOICES].split(" | ") if choice]
    return [(code.strip(), label) for code, _, label in parts]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_its_profile_does(name: str) -> None:
    assert page(name) == (FOLDER / f"{name}.md").read_text(encoding="utf-8"), "run python -m scripts.profile_pages"


def test_the_dictionary_has_each_column_of_the_profile_and_no_other() -> None:
    names: set[str] = set()
    for row in dictionary():
        boxes = {f"{row[NAME]}___{code}" for code, _ in choices(row)}
        names |= boxes if row["Field Type"] == "checkbox" else {row[NAME]}
    assert wanted(redcap()).known - OWN == names


def test_each_choice_of_the_dictionary_is_known_to_the_profile_by_its_code_and_by_its_label() -> None:
    profile = redcap()
    sources = {source.column: source for source in every_source(profile) if source.column and source.map}
    rows = [row for row in dictionary() if row["Field Type"] in ("dropdown", "yesno")]
    for row in rows:
        if row[NAME] == "dth_died":  # a condition, no field
            continue
        said = sources[row[NAME]].map
        words = words_of(profile.maps[said])[0] if isinstance(said, str) else {}
        for code, label in choices(row) or [("1", "Yes"), ("0", "No")]:
            assert words[code] == words[label], (row[NAME], code)


def test_what_identifies_a_patient_is_marked_for_redcap() -> None:
    marked = {row[NAME] for row in dictionary() if row["Identifier?"] == "y"}
    assert marked == {"subj_mrn", "subj_last_name", "subj_first_name", "subj_birth_date"}


def test_the_dictionary_has_the_columns_that_redcap_asks_for() -> None:
    assert [*dictionary()[0]] == [
        NAME,
        "Form Name",
        "Section Header",
        "Field Type",
        "Field Label",
        CHOICES,
        "Field Note",
        "Text Validation Type OR Show Slider Number",
        "Text Validation Min",
        "Text Validation Max",
        "Identifier?",
        "Branching Logic (Show field only if...)",
        "Required Field?",
        "Custom Alignment",
        "Question Number (surveys only)",
        "Matrix Group Name",
        "Matrix Ranking?",
        "Field Annotation",
    ]
