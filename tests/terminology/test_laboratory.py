"""Laboratory tests: names and LOINC codes, both ways."""

from __future__ import annotations

import pytest

from app.terminology.laboratory import find_test, known_tests, laboratory_test
from app.terminology.systems import ENGRAFT, LOINC

IDS = (
    "ANC WBC LYM PLT HGB ALT AST ALP GGT BILI CREA FIB INR APTT LDH ALB FERR CRP K NA CA CAI MG GLU URATE CHOL TRIG "
    "AMYL LIPA CK PH HAPTO CD4"
)


def found(system: str | None, code: str | None, name: str | None) -> str | None:
    """Id of the test that was found."""
    test = find_test(system, code, name)
    return None if test is None else test.id


def test_ids() -> None:
    assert set(IDS.split()) <= {test.id for test in known_tests()}


# Codes and names: CIBMTR priority variables (FHIR Reporting guide) and the LOINC table of MIMIC-IV.
@pytest.mark.parametrize(
    ("code", "test"),
    [
        ("751-8", "ANC"),
        ("26499-4", "ANC"),
        ("6690-2", "WBC"),
        ("731-0", "LYM"),
        ("777-3", "PLT"),
        ("718-7", "HGB"),
        ("59260-0", "HGB"),
        ("1742-6", "ALT"),
        ("30239-8", "AST"),
        ("6768-6", "ALP"),
        ("2324-2", "GGT"),
        ("14631-6", "BILI"),
        ("2160-0", "CREA"),
        ("3255-7", "FIB"),
        ("6301-6", "INR"),
        ("14979-9", "APTT"),
        ("2532-0", "LDH"),
        ("1994-3", "CAI"),
        ("24467-3", "CD4"),
        ("770-8", "NEU_PCT"),
    ],
)
def test_loinc(code: str, test: str) -> None:
    assert found(LOINC, code, None) == test
    assert found("LN", code, None) == test
    assert found(None, code, None) == test


@pytest.mark.parametrize(
    ("name", "test"),
    [
        ("ANC", "ANC"),
        ("anc", "ANC"),
        ("Absolute neutrophil count", "ANC"),
        ("Neutrophils", "ANC"),
        ("Neutrophils %", "NEU_PCT"),
        ("Leucocytes", "WBC"),
        ("Haemoglobin", "HGB"),
        ("Hb", "HGB"),
        ("SGPT", "ALT"),
        ("γ-GT", "GGT"),
        ("Gamma-GT", "GGT"),
        ("Total bilirubin", "BILI"),
        ("Bilirubin, direct", "DBILI"),
        ("C-reactive protein", "CRP"),
        ("K+", "K"),
        ("Uric acid", "URATE"),
        ("ionised calcium", "CAI"),
        ("corrected calcium", "CACOR"),
        ("CD4 count", "CD4"),
        ("pH", "PH"),
    ],
)
def test_names(name: str, test: str) -> None:
    assert found(None, None, name) == test


def test_an_unknown_loinc_code_is_never_guessed_from_its_name() -> None:
    # 2161-8 is creatinine in urine.
    assert found(LOINC, "2161-8", "Creatinine") is None


@pytest.mark.parametrize(
    ("system", "code", "name", "test"),
    [
        ("https://hospital.example/lab", "K", "Neutrophils", "ANC"),
        ("https://hospital.example/lab", "K", None, None),
        (ENGRAFT, "ANC", None, "ANC"),
        (None, "ANC", None, "ANC"),
        (None, "4711", "Platelets", "PLT"),
        (LOINC, None, "PLT", "PLT"),
        (None, None, None, None),
        (None, None, "No such test", None),
        ("https://hospital.example/lab", "777-3", None, None),
    ],
)
def test_codes_and_names(system: str | None, code: str | None, name: str | None, test: str | None) -> None:
    assert found(system, code, name) == test


def test_both_ways() -> None:
    for test in known_tests():
        assert all(find_test(LOINC, code, None) == test for code in test.loinc)
        assert all(find_test(None, None, name) == test for name in (test.id, test.name, *test.synonyms))
        assert laboratory_test(test.id) == test
        assert test.unit in test.units


def test_every_code_belongs_to_a_test(tables: dict[str, list[dict[str, str]]]) -> None:
    ids = {test.id for test in known_tests()}
    assert {row["test"] for row in tables["lab_codes"]} <= ids
    assert {test.id for test in known_tests() if not test.loinc} == {"CACOR"}


# Kept units: those in which CTCAE v5.0 gives its limits (SI form).
@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("ANC", "10*9/L"),
        ("CD4", "10*9/L"),
        ("HGB", "g/L"),
        ("ALT", "U/L"),
        ("BILI", "umol/L"),
        ("CREA", "umol/L"),
        ("FIB", "g/L"),
        ("ALB", "g/L"),
        ("CA", "mmol/L"),
        ("GLU", "mmol/L"),
        ("APTT", "s"),
        ("FERR", "ug/L"),
    ],
)
def test_kept_units(test: str, unit: str) -> None:
    assert laboratory_test(test).unit == unit


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(KeyError):
        laboratory_test("XYZ")
