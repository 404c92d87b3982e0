"""The criteria tables themselves: closed vocabularies, and units and tests that the code tables know."""

import itertools

import pytest

from app.grading.criteria import VERSIONS, Term, terms
from app.grading.tables import rows
from app.terminology.laboratory import known_tests
from app.terminology.units import known_units

TABLES = ("ctcae_v5_lab", "ctcae_v6_lab")
ROWS = [pytest.param(row, id=f"{table} {number}") for table in TABLES for number, row in enumerate(rows(table), 2)]
TESTS = {test.id: test for test in known_tests()}
TERMS = [
    pytest.param(term, id=f"{version} {term.name} {test}")
    for version, test in itertools.product(VERSIONS, TESTS)
    for term in terms(test, version)
]


@pytest.mark.parametrize("row", ROWS)
def test_each_row_keeps_to_the_vocabulary(row: dict[str, str]) -> None:
    assert row["direction"] in ("L", "H")
    assert row["grade"] in ("1", "2", "3", "4")
    assert row["op"] in (("<", "<=") if row["direction"] == "L" else (">", ">="))
    assert row["reference"] in ("ABS", "ULN", "LLN", "BASE", "PCHG", "ULN+")
    assert row["baseline"] in ("", "NORMAL", "ABNORMAL", "LOW", "KNOWN")
    assert (row["unit"] == "*") == (row["reference"] not in ("ABS", "ULN+")) or row["test"] == "INR"
    assert row["source"].startswith("CTCAE v")


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_about_a_test_and_a_unit_that_we_know(row: dict[str, str]) -> None:
    assert row["unit"] == "*" or row["unit"] in known_units(row["test"])


@pytest.mark.parametrize("table", TABLES)
def test_no_row_stands_twice(table: str) -> None:
    keys = [tuple(row[name] for name in row if name != "source") for row in rows(table)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("term", TERMS)
def test_numbers_are_stated_in_the_unit_in_which_the_test_is_kept(term: Term) -> None:
    """Whatever unit a hospital sends, its result can then be graded after conversion."""
    assert not term.units or TESTS[term.test].unit in term.units


@pytest.mark.parametrize("term", TERMS)
def test_grades_run_from_the_worst_down(term: Term) -> None:
    for rules in term.rules.values():
        grades = [rule.grade for rule in rules]
        assert grades == sorted(set(grades), reverse=True)
        assert all(rule.branches for rule in rules)
    assert bool(term.rules) != bool(term.not_numeric)


@pytest.mark.parametrize("term", TERMS)
def test_a_branch_for_an_abnormal_baseline_has_its_twin_for_a_normal_one(term: Term) -> None:
    for rule in itertools.chain.from_iterable(term.rules.values()):
        states = {branch.baseline for branch in rule.branches}
        assert ("ABNORMAL" in states) == ("NORMAL" in states)


def test_every_laboratory_term_of_the_reference_table_is_there() -> None:
    """The 38 terms of pharmaverse/admiral (ionised calcium bears CTCAE's own name), eosinophilia and bicarbonate."""
    found = {term.name for test in TESTS for term in terms(test, "5.0") if term.not_numeric is None}
    assert len(found) == 40
