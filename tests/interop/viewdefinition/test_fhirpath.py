"""Expressions of the subset. Expected values: the FHIRPath specification's own tables and examples, or by hand.

https://hl7.org/fhirpath/N1/
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath.evaluate import Frame, compile_path

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "active": False,
    "birthDate": "1970-06-07",
    "_birthDate": {"extension": [{"url": "urn:time", "valueDateTime": "1970-06-07T10:00:00Z"}]},
    "deceasedDateTime": "2024-03",
    "multipleBirthInteger": 2,
    "name": [
        {"use": "official", "family": "O'Hara", "given": ["Ann", "Bea"]},
        {"use": "usual", "given": ["Cat", None]},
    ],
    "extension": [{"url": "urn:dose", "valueQuantity": {"value": Decimal("1.50"), "code": "mg"}}],
    "generalPractitioner": [{"reference": "https://example.org/fhir/Practitioner/d1/_history/3"}],
    "contained": [{"resourceType": "Organization", "id": "o1"}, {"resourceType": "Practitioner", "id": "c1"}],
    "amount": 5,
    "year": ["2024", "2024-01"],
    "month": ["2024-05", "2024-01"],
    "later": ["2024-05", "2024-02"],
    "contact": [{"value": "the choice must not be taken for it"}],
}


def evaluate(expression: str, **constants: Any) -> list[Any]:
    return compile_path(expression, constants)(PATIENT, Frame(PATIENT, 4))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Paths.
        ("Patient.name.family", ["O'Hara"]),
        ("Observation.name.family", []),
        ("name.given", ["Ann", "Bea", "Cat"]),
        ("name[1].given", ["Cat"]),
        ("name[7]", []),
        ("name[-1]", []),
        ("name.`use`", ["official", "usual"]),
        ("name.where(use = 'usual').given.first()", ["Cat"]),
        ("name.where($this.family.exists()).use", ["official"]),
        ("name.given.last()", ["Cat"]),
        ("name.given.count()", [3]),
        ("name.given.join('|')", ["Ann|Bea|Cat"]),
        ("name.exists(use = 'nickname')", [False]),
        ("telecom.empty()", [True]),
        ("%resource.id", ["p1"]),
        ("%rowIndex", [4]),
        (r"name.family = 'O\'Hara'", [True]),
        (r"'A\n'", ["A\n"]),
        # Types.
        ("deceased", ["2024-03"]),
        ("deceased.ofType(dateTime)", ["2024-03"]),
        ("deceased.ofType(FHIR.dateTime)", ["2024-03"]),
        ("deceased.ofType(boolean)", []),
        ("multipleBirth.ofType(integer) + 1", [3]),
        ("active.ofType(boolean)", [False]),
        ("active.ofType(string)", []),
        ("contained.ofType(Organization).id", ["o1"]),
        ("contained.where(id = 'c1').ofType(Organization)", []),
        ("contained.getResourceKey()", ["o1", "c1"]),
        ("extension('urn:dose').value.ofType(Quantity).value", [Decimal("1.50")]),
        ("birthDate.extension('urn:time').value.ofType(dateTime)", ["1970-06-07T10:00:00Z"]),
        ("amount.ofType(integer)", [5]),
        ("amount.ofType(string)", []),
        # BirthInteger is no type, so this is not a choice.
        ("multiple", []),
        # References.
        ("generalPractitioner.getReferenceKey()", ["d1"]),
        ("generalPractitioner.getReferenceKey(Practitioner)", ["d1"]),
        ("generalPractitioner.getReferenceKey(Patient)", []),
        # Precedence: https://hl7.org/fhirpath/N1/#operator-precedence
        ("1 + 2 * 3", [7]),
        ("(1 + 2) * 3", [9]),
        ("1 - 2 - 3", [-4]),
        ("-2 + 3", [1]),
        ("true or false and false", [True]),
        ("1 + 1 = 2 and 3 > 2", [True]),
        ("'a' + 'b'", ["ab"]),
        ("'a' & nothing & 'b'", ["ab"]),
        # Exact decimals: 0.1 + 0.2 in binary is not 0.3.
        ("0.1 + 0.2 = 0.3", [True]),
        ("0.1 * 3", [Decimal("0.3")]),
        ("7 / 2", [Decimal("3.5")]),
        ("7 / 0", []),
        ("1 + nothing", []),
        ("1234567890123456789012345678901 + 0.1 = 1234567890123456789012345678901.1", [True]),
        ("1234567890123456789012345678901 + 0.1 = 1234567890123456789012345678901", [False]),
        # Equality and order; nothing is unknown.
        ("1 <= 1 and 1 >= 1", [True]),
        ("1 < 1 or 1 > 1", [False]),
        ("year = month", []),
        ("year = later", [False]),
        ("1 = 1.0", [True]),
        ("true = 1", [False]),
        ("name.given = name.given", [True]),
        ("name.given != name.use", [True]),
        ("nothing = 1", []),
        ("nothing != 1", []),
        ("nothing < 1", []),
        ("'a' < 'b'", [True]),
        ("birthDate < @1970", []),
        ("birthDate < @1971", [True]),
        ("birthDate < @1971-01", [True]),
        ("birthDate = @1970-06", []),
        ("birthDate != @1970-07", [True]),
    ],
)
def test_expression(expression: str, expected: list[Any]) -> None:
    found = evaluate(expression)
    assert found == expected
    assert [type(value) is bool for value in found] == [type(value) is bool for value in expected]


# https://hl7.org/fhirpath/N1/#boolean-logic: the tables of the specification; `nothing` is the empty collection.
AND = {"tt": "t", "tf": "f", "tn": "n", "ft": "f", "ff": "f", "fn": "f", "nt": "n", "nf": "f", "nn": "n"}
OR = {"tt": "t", "tf": "t", "tn": "t", "ft": "t", "ff": "f", "fn": "n", "nt": "t", "nf": "n", "nn": "n"}
WORDS = {"t": "true", "f": "false", "n": "nothing"}
VALUES = {"t": [True], "f": [False], "n": []}


@pytest.mark.parametrize(("operator", "table"), [("and", AND), ("or", OR)])
def test_three_valued_logic(operator: str, table: dict[str, str]) -> None:
    found = {pair: evaluate(f"{WORDS[pair[0]]} {operator} {WORDS[pair[1]]}") for pair in table}
    assert found == {pair: VALUES[result] for pair, result in table.items()}


def test_unknown_negated_is_unknown() -> None:
    assert [evaluate(f"({word}).not()") for word in ("true", "false", "nothing")] == [[False], [True], []]


def test_constants_have_their_values() -> None:
    assert evaluate("name.where(use = %use)[%at].family", use="official", at=0) == ["O'Hara"]


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "name.",
        "name..given",
        "(name",
        "name)",
        "name given",
        "name[0",
        "@@",
        "'open",
        "%unknown",
        "name.first(1)",
        "name.where()",
        "name.ofType('Quantity')",
        "name.ofType(quantity)",
        "extension()",
        "name.trace('x')",
        "1 ~ 2",
        "name | contact",
        r"'\q'",
        "(" * 40 + "1" + ")" * 40,
        "+".join(["1"] * 200),
    ],
)
def test_what_is_no_expression_of_the_subset_is_refused(expression: str) -> None:
    with pytest.raises(ViewError):
        compile_path(expression, {})


@pytest.mark.parametrize(
    "expression",
    [
        "name.given > 'A'",
        "1 < 'a'",
        "'a' + 1",
        "true + 1",
        "name['a']",
        "name.given & 'x'",
        "name.join()",
        "active.lowBoundary()",
        "name.getResourceKey()",
        "name.where(given)",
        # The JSON of a text does not say which of the text types it is.
        "name.family.ofType(code)",
        "name.given.first().ofType(string)",
    ],
)
def test_what_the_values_do_not_allow_is_an_error_never_a_guess(expression: str) -> None:
    with pytest.raises(ViewError):
        evaluate(expression)


def test_the_longest_expression_does_not_exhaust_the_stack() -> None:
    assert evaluate("-" * 200 + "1") == [1]
    assert evaluate("+".join(["1"] * 127)) == [127]
    assert evaluate(".".join(["name"] * 127)) == []
