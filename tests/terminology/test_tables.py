"""The tables themselves: references, uniqueness, check digits, and agreement with the list of checked codes."""

from __future__ import annotations

import re

import pytest

from app.terminology import systems
from app.terminology.tables import rows

Tables = dict[str, list[dict[str, str]]]
KEYS = {
    "adverse_event_codes": ("system", "code"),
    "adverse_event_synonyms": ("synonym",),
    "adverse_events": ("term",),
    "dose_units": ("spelling",),
    "further_codes": ("value_set", "system", "code"),
    "lab_codes": ("loinc",),
    "lab_tests": ("test",),
    "plausible_ranges": ("measure",),
    "spellings": ("british",),
    "system_aliases": ("alias",),
    "unit_spellings": ("scope", "spelling"),
    "units": ("scope", "ucum"),
    "value_sets": ("value_set", "word"),
}
# Public places in which a code was read; a row that names one of them carries its own evidence.
SOURCE = re.compile(
    r"https://|doi:|npm [\w.]+@[\d.]+|MIT-LCP/mimic-code|nmdp-ig/cibmtr-reporting-ig|BIH-CEI/napkon-geccoplus"
    r"|medizininformatik-initiative/loincsnomed-lab-concepts|miracum/loinc-conversion"
    r"|HL7/codex-radiation-therapy|HL7/fhir-mCODE-ig|chicagopcdc/linkml-data-dictionary|hl7-eu/pcsp"
)


def test_every_table_is_known(tables: Tables) -> None:
    assert set(tables) == set(KEYS)


@pytest.mark.parametrize("table", sorted(KEYS))
def test_rows_are_complete_and_unique(tables: Tables, table: str) -> None:
    keys = [tuple(row[column] for column in KEYS[table]) for row in tables[table]]
    assert len(keys) == len(set(keys))
    assert all(len(row["reference"]) > 2 and None not in row for row in tables[table])
    assert not [row for row in tables[table] if "UNVERIFIED" in row["reference"]]


def test_reading_is_faithful(tables: Tables) -> None:
    for table, expected in tables.items():
        assert list(rows(table)) == expected


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        rows("no_such_table")


def coded_rows(tables: Tables) -> list[tuple[str, str, str]]:
    """(system, code, reference) of every row with a code of a public system."""
    found = [(row["system"], row["code"], row["reference"]) for row in tables["value_sets"]]
    found += [(row["system"], row["code"], row["reference"]) for row in tables["further_codes"]]
    found += [(row["system"], row["code"], row["reference"]) for row in tables["adverse_event_codes"]]
    found += [(systems.NCIT, row["ncit"], row["reference"]) for row in tables["adverse_events"] if row["ncit"]]
    found += [(systems.LOINC, row["loinc"], row["reference"]) for row in tables["lab_codes"]]
    return [row for row in found if row[0] not in (systems.ENGRAFT, systems.MEDDRA)]


def test_every_public_code_is_checked_or_names_its_source(tables: Tables, verified: dict[tuple[str, str], str]) -> None:
    coded = coded_rows(tables)
    assert len(coded) > 1000
    unsupported = [row for row in coded if row[:2] not in verified and not SOURCE.search(row[2])]
    assert unsupported == []


def test_checked_displays_agree(tables: Tables) -> None:
    # LOINC 2.71 names, read in the LOINC table of MIMIC-IV and the CIBMTR value set.
    display = {row["loinc"]: row["display"] for row in tables["lab_codes"]}
    assert display["751-8"] == "Neutrophils [#/volume] in Blood by Automated count"
    assert display["14979-9"] == "aPTT in Platelet poor plasma by Coagulation assay"
    assert display["14631-6"] == "Bilirubin.total [Moles/volume] in Serum or Plasma"


def luhn(digits: str) -> int:
    """Check digit of a LOINC number (LOINC Users' Guide, appendix C, mod 10)."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def test_loinc_check_digits(tables: Tables) -> None:
    assert luhn("2951") == 2  # sodium, LOINC 2951-2
    codes = {code for system, code, _ in coded_rows(tables) if system == systems.LOINC}
    assert [code for code in codes if luhn(code.split("-")[0]) != int(code.split("-")[1])] == []


def verhoeff(digits: str) -> int:
    """Verhoeff checksum, 0 for a valid SNOMED CT identifier (SNOMED CT RF2 specification, appendix)."""
    shift = [[*range(10)], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    for _ in range(6):
        shift.append([shift[-1][shift[1][digit]] for digit in range(10)])
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total = dihedral(total, shift[place % 8][int(digit)])
    return total


def dihedral(left: int, right: int) -> int:
    """Product in the dihedral group of order 10."""
    turned = (left + right) % 5 if left < 5 else (left - right) % 5
    return turned + 5 * ((left < 5) != (right < 5))


def test_snomed_check_digits(tables: Tables) -> None:
    assert verhoeff("73211009") == 0  # the example of the specification
    codes = {code for system, code, _ in coded_rows(tables) if system == systems.SNOMED}
    assert len(codes) > 15
    assert [code for code in codes if verhoeff(code)] == []


def test_autologous_transplants_are_not_confused(tables: Tables) -> None:
    # 425983008 and 58776007 are autologous transplants, often taken for the allogeneic ones.
    further = {row["code"] for row in tables["further_codes"] if row["word"] == "autologous-transplant"}
    codes = {code for _, code, _ in coded_rows(tables)} - further
    assert not codes & {"425983008", "58776007"}


def test_no_meddra_text(tables: Tables) -> None:
    meddra = [row for row in tables["adverse_event_codes"] if row["system"] == systems.MEDDRA]
    ctcae = {row["term"] for row in tables["adverse_events"] if row["ctcae"] == "yes"}
    assert len(meddra) == 23
    assert {row["term"] for row in meddra} <= ctcae
    assert all(row["code"].isdigit() and len(row["code"]) == 8 for row in meddra)
