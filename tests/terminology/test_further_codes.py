"""Codes that are understood and never written."""

from __future__ import annotations

import pytest

from app.terminology.further_codes import meant
from app.terminology.systems import ICD10CM, LOINC, NCIT, SNOMED
from app.terminology.tables import rows
from app.terminology.value_sets import word_for


@pytest.mark.parametrize(
    ("value_set", "system", "code", "word"),
    [
        ("observation", LOINC, "26446-5", "blood-blasts"),
        ("procedure", SNOMED, "425983008", "autologous-transplant"),
        ("procedure", SNOMED, "425843001", "transplant-pbsc"),
        ("procedure", "urn:oid:2.16.840.1.113883.6.96", "58776007", "autologous-transplant"),
        ("gvhd-kind", ICD10CM, "D89.813", "unspecified"),
        ("vital-status", NCIT, "C28554", "dead-by-then"),
        ("vital-status", LOINC, "C28554", None),
        ("mrd-result", None, "10828004", "positive"),
        ("mrd-result", SNOMED, "nothing", None),
    ],
)
def test_what_a_code_means(value_set: str, system: str | None, code: str, word: str | None) -> None:
    assert meant(value_set, system, code) == word


def test_no_further_code_is_one_that_is_written() -> None:
    assert [row for row in rows("further_codes") if word_for(row["value_set"], row["system"], row["code"])] == []
