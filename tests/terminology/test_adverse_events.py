"""Adverse-event terms: CTCAE v5.0 names, NCIt codes, everyday names and categories."""

from __future__ import annotations

import pytest

from app.terminology.adverse_events import (
    CATEGORIES,
    NON_HAEMATOLOGICAL,
    category,
    find_term,
    known_terms,
)
from app.terminology.coding import Coding
from app.terminology.systems import ICD10CM, MEDDRA, NCIT, SNOMED

# CTCAE v5.0 with its MedDRA code, and the NCIt code of the same term in HL7 CodeX.
PAIRS = [
    ("10029366", "C143704", "Neutrophil count decreased"),
    ("10035528", "C143764", "Platelet count decreased"),
    ("10049182", "C143948", "White blood cell decreased"),
    ("10002272", "C143283", "Anemia"),
    ("10016288", "C143481", "Febrile neutropenia"),
    ("10001551", "C143267", "Alanine aminotransferase increased"),
    ("10005364", "C143325", "Blood bilirubin increased"),
    ("10052015", "C143394", "Cytokine release syndrome"),
    ("10051792", "C143583", "Infusion related reaction"),
    ("10016558", "C143485", "Fever"),
    ("10045152", "C146688", "Tumor lysis syndrome"),
    ("10011914", "C143396", "Death NOS"),
]


@pytest.mark.parametrize(("meddra", "ncit", "name"), PAIRS)
def test_code_pairs(meddra: str, ncit: str, name: str) -> None:
    for found in (
        find_term(None, MEDDRA, meddra),
        find_term(None, NCIT, ncit),
        find_term(None, None, ncit),
        find_term(name.upper(), None, None),
    ):
        assert found is not None
        assert (found.term, found.code) == (name, ncit)
        assert found.coding == Coding(NCIT, ncit, name)


def test_ctcae_is_whole() -> None:
    # NCI CTCAE v5.0, November 2017: 837 terms in 26 organ classes.
    ctcae = [term for term in known_terms() if term.ctcae]
    assert len(ctcae) == 837
    assert len({term.soc for term in ctcae}) == 26
    assert len({term.code for term in ctcae}) == 837
    assert all(term.code is not None and term.code.startswith("C") for term in ctcae)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fever", "constitutional"),
        ("pyrexia", "constitutional"),
        ("rigors", "constitutional"),
        ("Fatigue", "constitutional"),
        ("nausea", "constitutional"),
        ("Vomiting", "constitutional"),
        ("infusion reaction", "infusion-reaction"),
        ("CRS", "crs"),
        ("Cytokine-release syndrome grade 2", "crs"),
        ("ICANS", "icans"),
        ("Immune effector cell-associated neurotoxicity syndrome", "icans"),
        ("Febrile neutropaenia", "haematological"),
        ("anaemia", "haematological"),
        ("White blood cell decreased", "haematological"),
        ("CD4 lymphocytes decreased", "haematological"),
        ("Neutropenia", "neutropenia"),
        ("neutropaenia (grade 4)", "neutropenia"),
        ("Thrombocytopenia", "thrombocytopenia"),
        ("lymphopenia", "lymphopenia"),
        ("Alanine aminotransferase increased", "laboratory"),
        ("raised ALT", "laboratory"),
        ("hyperbilirubinaemia", "laboratory"),
        ("Hypokalaemia", "laboratory"),
        ("Lipase increased", "laboratory"),
        ("Graft failure", "graft-failure"),
        ("graft rejection", "graft-failure"),
        ("GvHD", "gvhd"),
        ("Acute graft-vs-host disease", "gvhd"),
        ("Acute graft versus host disease in skin", "gvhd"),
        ("chronic GVHD of the lung", "gvhd"),
        ("Alopecia", "alopecia"),
        ("Relapse", "disease-progression"),
        ("Disease progression", "disease-progression"),
        ("leukaemia", "disease-progression"),
        ("Pneumonia", "non-haematological"),
        ("Electrocardiogram QT corrected interval prolonged", "non-haematological"),
        ("Ejection fraction decreased", "non-haematological"),
        ("Leukemia secondary to oncology chemotherapy", "non-haematological"),
        ("Vulcan-green blood", "non-haematological"),
    ],
)
def test_categories(text: str, expected: str) -> None:
    assert category(text, None, None) == expected


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("rigors", "Chills"),
        ("pyrexia", "Fever"),
        ("Leucopenia", "White blood cell decreased"),
        ("GGT elevation", "GGT increased"),
        ("VOD", "Sinusoidal obstruction syndrome"),
        ("pneumonia", "Lung infection"),
        ("cGVHD", "Chronic graft versus host disease"),
        ("acute GVHD of the skin, grade II", "Acute graft versus host disease"),
        ("secondary graft failure", "Graft failure"),
    ],
)
def test_everyday_names(text: str, term: str) -> None:
    found = find_term(text, None, None)
    assert found is not None
    assert found.term == term


def test_categories_are_closed() -> None:
    assert {term.category for term in known_terms()} == set(CATEGORIES)
    assert set(CATEGORIES) > {"haematological", "neutropenia", "thrombocytopenia", "lymphopenia"}


def test_only_cell_counts_are_haematological_in_the_organ_class_of_blood() -> None:
    # Cytopenia is expected after a transplant; haemolysis or microangiopathy is not, so it stays under the DLT rule.
    blood = [term for term in known_terms() if term.soc == "Blood and lymphatic system disorders"]
    assert len(blood) == 12
    assert {term.term for term in blood if term.category == "haematological"} == {
        "Anemia",
        "Bone marrow hypocellular",
        "Eosinophilia",
        "Febrile neutropenia",
        "Leukocytosis",
    }
    assert {term.category for term in blood} == {"haematological", "non-haematological"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acute GVHD", "Acute graft versus host disease"),
        ("Vulcan-green blood", "Immune system disorders - Other, specify"),
        (None, "Immune system disorders - Other, specify"),
    ],
)
def test_other_specify_reads_the_text(text: str | None, expected: str) -> None:
    # C143580: Immune system disorders - Other, specify, under which GVHD is filed since CTCAE does not name it.
    found = find_term(text, NCIT, "C143580")
    assert found is not None
    assert found.term == expected


def test_the_code_decides_against_the_text() -> None:
    found = find_term("neutropenia", NCIT, "C143481")
    assert found is not None
    assert found.term == "Febrile neutropenia"


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (SNOMED, "409089005", "Febrile neutropenia"),
        (SNOMED, "402355000", "Acute graft versus host disease"),
        (ICD10CM, "D89.811", "Chronic graft versus host disease"),
        ("http://terminology.hl7.org/CodeSystem/mdr", "10040047", "Sepsis"),
        (NCIT, "C38155", "Leukemia relapse"),
    ],
)
def test_codes_of_other_systems(system: str, code: str, expected: str) -> None:
    found = find_term(None, system, code)
    assert found is not None
    assert found.term == expected


@pytest.mark.parametrize(
    ("text", "system", "code"),
    [(None, None, None), ("", None, ""), ("no such thing", None, None), (None, SNOMED, "C143704"), (None, NCIT, "C1")],
)
def test_unknown(text: str | None, system: str | None, code: str | None) -> None:
    assert find_term(text, system, code) is None
    assert category(text, system, code) == NON_HAEMATOLOGICAL


def test_an_unknown_code_leaves_the_text() -> None:
    found = find_term("Sepsis", "https://hospital.example/codes", "4711")
    assert found is not None
    assert found.code == "C143827"


def test_not_in_ctcae() -> None:
    outside = {term.term: term.code for term in known_terms() if not term.ctcae}
    assert outside == {
        "Graft versus host disease": "C3063",
        "Acute graft versus host disease": "C4980",
        "Chronic graft versus host disease": "C4981",
        "Immune effector cell-associated neurotoxicity syndrome": None,
        "Graft failure": None,
        "Leukemia relapse": "C38155",
    }


def test_synonyms_lead_to_one_term(tables: dict[str, list[dict[str, str]]]) -> None:
    for row in tables["adverse_event_synonyms"]:
        found = find_term(row["synonym"], None, None)
        assert found is not None
        assert found.term == row["term"], row["synonym"]


def test_names_lead_to_themselves() -> None:
    for term in known_terms():
        assert find_term(term.term, None, None) == term
        if term.code is not None:
            assert find_term(None, NCIT, term.code) == term
