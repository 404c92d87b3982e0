"""Closed vocabularies and their codes, both ways."""

from __future__ import annotations

from typing import get_args

import pytest

from app.domain import terms
from app.terminology.coding import Coding
from app.terminology.systems import ENGRAFT, NCIT, SNOMED
from app.terminology.value_sets import coding, normalise, project_concepts, value_sets, word_for, words

# Value sets of HL7 terminology 7.0.1: adverse-event-clinical-research-grades, -outcomes and so on.
CODES = [
    ("grade", "1", "C41338"),
    ("grade", "2", "C41339"),
    ("grade", "3", "C41340"),
    ("grade", "4", "C41337"),
    ("grade", "5", "C48275"),
    ("seriousness-criterion", "death", "C48275"),
    ("seriousness-criterion", "life-threatening", "C84266"),
    ("seriousness-criterion", "hospitalisation", "C83052"),
    ("seriousness-criterion", "disability", "C11338"),
    ("seriousness-criterion", "congenital", "C83117"),
    ("seriousness-criterion", "medically-important", "C82521"),
    ("seriousness-criterion", "required-intervention", "C201939"),
    ("outcome", "fatal", "C48275"),
    ("outcome", "not-recovered", "C49494"),
    ("outcome", "recovered-with-sequelae", "C49495"),
    ("outcome", "recovered", "C49498"),
    ("outcome", "recovering", "C49496"),
    ("relatedness", "unrelated", "C53256"),
    ("relatedness", "unlikely", "C53257"),
    ("relatedness", "possible", "C53258"),
    ("relatedness", "related", "C53260"),
    ("response", "CR", "C4870"),
    ("response", "PR", "C18058"),
    ("response", "SD", "C18213"),
    ("response", "PD", "C35571"),
    ("response", "relapse", "C38155"),
    ("conditioning", "MAC", "C131679"),
    ("graft-source", "PBSC", "C15430"),
]


@pytest.mark.parametrize(("value_set", "word", "code"), CODES)
def test_ncit_codes(value_set: str, word: str, code: str) -> None:
    assert (coding(value_set, word).system, coding(value_set, word).code) == (NCIT, code)
    assert word_for(value_set, NCIT, code) == word
    assert word_for(value_set, None, code) == word
    assert word_for(value_set, SNOMED, code) is None


# Conditions of chronic and acute GVHD: ICD-10-CM D89.81-, and the PanCareSurPass guide.
@pytest.mark.parametrize(
    ("value_set", "word", "code"),
    [
        ("gvhd-kind-icd10cm", "acute", "D89.810"),
        ("gvhd-kind-icd10cm", "chronic", "D89.811"),
        ("gvhd-kind-snomed", "acute", "402355000"),
        ("gvhd-kind-snomed", "chronic", "402356004"),
        ("condition", "b-all", "277571004"),
        ("condition-icd10cm", "all-in-relapse", "C91.02"),
        ("vital-status", "alive", "438949009"),
        ("observation", "disease-status", "97509-4"),
        ("observation", "ecog", "89247-1"),
        ("procedure", "transplant-pbsc", "425843001"),
        ("mrd-result", "positive", "POS"),
        ("seriousness", "non-serious", "non-serious"),
    ],
)
def test_other_public_codes(value_set: str, word: str, code: str) -> None:
    assert coding(value_set, word).code == code


def test_both_ways() -> None:
    for value_set in value_sets():
        codings = [coding(value_set, word) for word in words(value_set)]
        assert len({(known.system, known.code) for known in codings}) == len(codings), value_set
        for word, known in zip(words(value_set), codings, strict=True):
            assert word_for(value_set, known.system, known.code) == word
            assert normalise(value_set, word) == word


# The words of the records are closed on the ground floor; the tables must know each of them, and no other.
@pytest.mark.parametrize(
    ("value_set", "literal"),
    [
        ("response", terms.Response),
        ("relapse-site", terms.RelapseSite),
        ("relatedness", terms.Relatedness),
        ("infusion-outcome", terms.InfusionOutcome),
        ("gvhd-kind", terms.GvhdKind),
        ("gvhd-kind-snomed", terms.GvhdKind),
        ("gvhd-kind-icd10cm", terms.GvhdKind),
        ("gvhd-grade", terms.GvhdGrade),
        ("gvhd-severity", terms.GvhdSeverity),
        ("death-cause", terms.DeathCause),
        ("therapy-kind", terms.TherapyKind),
        ("therapy-intent", terms.TherapyIntent),
        ("withdrawal-scope", terms.WithdrawalScope),
        ("sex", terms.Sex),
        ("mrd-result", terms.MrdResult),
        ("subject-state", terms.SubjectState),
        ("subject-state-r4", terms.SubjectState),
    ],
)
def test_words_of_the_records(value_set: str, literal: object) -> None:
    assert set(words(value_set)) == set(get_args(literal))


# Words that hospitals build on: fields of the registry forms (CIBMTR 2400, 2402, 2450) and of ICH E2A.
@pytest.mark.parametrize(
    ("value_set", "expected"),
    [
        (
            "seriousness-criterion",
            "death life-threatening hospitalisation disability congenital medically-important required-intervention",
        ),
        ("outcome", "recovered recovering not-recovered recovered-with-sequelae fatal unknown"),
        (
            "action-taken",
            "dose-not-changed dose-reduced dose-increased interrupted withdrawn not-applicable unknown",
        ),
        (
            "donor-type",
            "matched-sibling haploidentical other-relative matched-unrelated mismatched-unrelated cord-blood syngeneic",
        ),
        ("graft-source", "BM PBSC cord other"),
        ("conditioning", "MAC RIC NMA"),
        ("status-at-transplant", "PIF CR1 CR2 CR3+ REL1 REL2 REL3+ untreated"),
        ("cns-status", "CNS1 CNS2 CNS3"),
        ("mrd-method", "MFC PCR NGS"),
        ("route", "intravenous other"),
        ("vital-status", "alive dead lost dead-by-then"),
        ("seriousness", "serious non-serious"),
        ("grade", "1 2 3 4 5"),
    ],
)
def test_words_that_do_not_change(value_set: str, expected: str) -> None:
    assert words(value_set) == tuple(expected.split())


def test_parallel_sets_have_the_same_words() -> None:
    assert words("outcome") == words("outcome-r4")
    assert words("subject-state") == words("subject-state-r4")


# R4 CodeSystem adverse-event-outcome.
@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("recovered", "resolved"),
        ("not-recovered", "ongoing"),
        ("recovered-with-sequelae", "resolvedWithSequelae"),
        ("unknown", "unknown"),
    ],
)
def test_outcomes_of_r4(word: str, code: str) -> None:
    assert coding("outcome-r4", word).code == code
    assert normalise("outcome", code) == word


@pytest.mark.parametrize(
    ("value_set", "written", "word"),
    [
        ("seriousness-criterion", "hospitalization", "hospitalisation"),
        ("seriousness-criterion", "Life threatening", "life-threatening"),
        ("seriousness-criterion", "AEMIE", None),
        ("seriousness-criterion", "AESMIE", "medically-important"),
        ("outcome", "RECOVERED/RESOLVED WITH SEQUELAE", "recovered-with-sequelae"),
        ("outcome", "NOT RECOVERED/NOT RESOLVED", "not-recovered"),
        ("outcome", "ongoing", "not-recovered"),
        ("relatedness", "probable", "related"),
        ("relatedness", "Possibly related", "possible"),
        ("relatedness", "not related", "unrelated"),
        ("response", "complete remission", "CR"),
        ("response", "cri", "CRi"),
        ("response", "Complete response with incomplete haematologic recovery", "CRi"),
        ("response", "remission", None),
        ("action-taken", "DRUG WITHDRAWN", "withdrawn"),
        ("action-taken", "DOSE NOT CHANGED", "dose-not-changed"),
        ("donor-type", "haplo", "haploidentical"),
        ("donor-type", "MUD", "matched-unrelated"),
        ("graft-source", "umbilical cord blood", "cord"),
        ("gvhd-prophylaxis", "Tacrolimus", "CNI"),
        ("gvhd-prophylaxis", "PTCy", "PT-Cy"),
        ("status-at-transplant", "≥CR3", "CR3+"),
        ("cns-status", "CNS 2", "CNS2"),
        ("disease-subtype", "Ph-like ALL", "BCR::ABL1-like"),
        ("hla-match", "9 of 10", "9/10"),
        ("hla-match", "11/10", None),
        ("route", "IV", "intravenous"),
        ("interest", "acute GVHD", "aGVHD"),
        ("mrd-result", "undetectable", "negative"),
        ("subject-state", "on_study", "on-study"),
        ("sex", "F", "female"),
        ("sex", "", None),
    ],
)
def test_synonyms(value_set: str, written: str, word: str | None) -> None:
    assert normalise(value_set, written) == word


def test_synonyms_lead_to_one_word(tables: dict[str, list[dict[str, str]]]) -> None:
    for row in tables["value_sets"]:
        for synonym in filter(None, row["synonyms"].split("|")):
            assert normalise(row["value_set"], synonym) == row["word"], (row["value_set"], synonym)


@pytest.mark.parametrize(
    ("value_set", "word"),
    [
        ("response", "CRi"),
        ("donor-type", "haploidentical"),
        ("observation", "mrd"),
        ("observation", "chimerism"),
        ("observation", "vital-status"),
        ("interest", "ICANS"),
        ("action-taken", "withdrawn"),
        ("product", "donor-gamma-delta-t-cells"),
    ],
)
def test_own_codes_where_no_public_code_is_confirmed(value_set: str, word: str) -> None:
    assert coding(value_set, word).system == ENGRAFT


def test_project_concepts_have_one_meaning_each() -> None:
    concepts = project_concepts()
    assert Coding(ENGRAFT, "CRi", "Complete remission with incomplete hematologic recovery") in concepts
    assert len({concept.code for concept in concepts}) == len(concepts)
    assert len({concept.display for concept in concepts}) == len(concepts)
    assert all(concept.code == " ".join(concept.code.split()) for concept in concepts)


def test_displays_are_given() -> None:
    assert all(coding(value_set, word).display for value_set in value_sets() for word in words(value_set))


def test_unknown_names_are_errors() -> None:
    for call in (words, lambda name: normalise(name, "x"), lambda name: word_for(name, None, "x")):
        with pytest.raises(KeyError):
            call("no-such-set")
    with pytest.raises(KeyError):
        coding("response", "no such word")
