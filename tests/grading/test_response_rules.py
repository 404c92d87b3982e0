"""Response from its components. ELN 2022 (CR, CRh, CRi, MLFS) and NCI 2010 (PR, PD, relapse), read by hand."""

from decimal import Decimal
from typing import Any

import pytest

from app.grading.response import RELAPSE_PCT_NCI, Findings, response

CLEAR: dict[str, Any] = {
    "marrow_blasts_pct": "2",
    "blood_blasts_pct": "0",
    "extramedullary": False,
    "anc": "1.5",
    "platelets": "150",
    "in_remission": False,
    "earlier_marrow_blasts_pct": "60",
    "earlier_extramedullary": False,
}


def found(**changed: Any) -> Findings:
    """Findings of a complete remission but for what is changed; texts are numbers."""
    given = {**CLEAR, **changed}
    return Findings(**{name: Decimal(value) if isinstance(value, str) else value for name, value in given.items()})


@pytest.mark.parametrize(
    ("anc", "platelets", "expected"),
    [
        ("1.0", "100", "CR"),
        ("0.99", "100", "CRh"),
        ("1.0", "99", "CRh"),
        ("0.5", "50", "CRh"),
        ("1.0", "49", "CRi"),
        ("0.49", "100", "CRi"),
        ("0.49", "50", "MLFS"),
        ("0.5", "49", "MLFS"),
        ("0", "0", "MLFS"),
    ],
)
def test_remission_by_the_recovery_of_the_counts(anc: str, platelets: str, expected: str) -> None:
    assert response(found(anc=anc, platelets=platelets)).value == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"marrow_blasts_pct": "4.9"}, "CR"),
        ({"marrow_blasts_pct": "5"}, "PR"),
        ({"marrow_blasts_pct": "25"}, "PR"),
        ({"marrow_blasts_pct": "26"}, "SD"),
        ({"marrow_blasts_pct": "20", "earlier_marrow_blasts_pct": "40"}, "PR"),  # fell by half
        ({"marrow_blasts_pct": "20", "earlier_marrow_blasts_pct": "39"}, "SD"),
        ({"marrow_blasts_pct": "50", "earlier_marrow_blasts_pct": "40"}, "PD"),  # rose by a quarter
        ({"marrow_blasts_pct": "49.9", "earlier_marrow_blasts_pct": "40"}, "SD"),
        ({"marrow_blasts_pct": "5", "earlier_marrow_blasts_pct": "4"}, "PD"),
        ({"blood_blasts_pct": "1"}, "SD"),
        ({"extramedullary": True}, "PD"),  # a new site
        ({"extramedullary": True, "earlier_extramedullary": True}, "SD"),
    ],
)
def test_without_an_earlier_remission(changed: dict[str, Any], expected: str) -> None:
    assert response(found(**changed)).value == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"marrow_blasts_pct": "4.9"}, "CR"),
        ({"marrow_blasts_pct": "5"}, "relapse"),
        ({"blood_blasts_pct": "0.5"}, "relapse"),
        ({"extramedullary": True}, "relapse"),
    ],
)
def test_relapse_after_a_remission(changed: dict[str, Any], expected: str) -> None:
    assert response(found(in_remission=True, **changed)).value == expected


def test_relapse_at_25_percent() -> None:
    at, below = found(in_remission=True, marrow_blasts_pct="25"), found(in_remission=True, marrow_blasts_pct="24.9")
    assert response(at, RELAPSE_PCT_NCI).value == "relapse"
    between = response(below, RELAPSE_PCT_NCI)
    assert (between.value, between.reason) == (None, "marrow blasts from 5 % to below 25 % after a remission")


@pytest.mark.parametrize(
    ("changed", "possible"),
    [
        ({"platelets": None}, ("CR", "CRh", "CRi")),
        ({"anc": None, "platelets": None}, ("CR", "CRh", "CRi", "MLFS")),
        ({"blood_blasts_pct": None}, ("CR", "SD")),
        ({"blood_blasts_pct": None, "in_remission": True}, ("CR", "relapse")),
        ({"extramedullary": None}, ("CR", "PD")),
        ({"marrow_blasts_pct": None}, ("CR", "PR", "SD", "PD")),
        ({"marrow_blasts_pct": "10", "earlier_marrow_blasts_pct": None}, ("PR", "SD", "PD")),
        ({"marrow_blasts_pct": "10", "in_remission": None}, ("PR", "relapse")),
    ],
)
def test_what_is_missing_leaves_the_response_open(changed: dict[str, Any], possible: tuple[str, ...]) -> None:
    outcome = response(found(**changed))
    assert (outcome.value, outcome.possible) == (None, possible)
    assert outcome.reason is not None
    assert all(name in outcome.reason for name, value in changed.items() if value is None)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"in_remission": None, "earlier_marrow_blasts_pct": None, "earlier_extramedullary": None}, "CR"),
        ({"in_remission": True, "marrow_blasts_pct": "40", "anc": None, "extramedullary": None}, "relapse"),
        ({"in_remission": True, "marrow_blasts_pct": None, "blood_blasts_pct": "3"}, "relapse"),
        ({"marrow_blasts_pct": "90", "blood_blasts_pct": None, "anc": None, "platelets": None}, "PD"),
    ],
)
def test_what_is_missing_does_not_matter_where_the_rest_decides(changed: dict[str, Any], expected: str) -> None:
    assert response(found(**changed)).value == expected


def test_nothing_recorded() -> None:
    outcome = response(Findings())
    assert outcome.value is None
    assert set(outcome.possible) == {"CR", "CRh", "CRi", "MLFS", "PR", "SD", "PD", "relapse"}
